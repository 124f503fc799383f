-- One row per request whose cost is not known, with the least and the most that it may have cost
-- grain: request_id
--
-- At least: the known parts where it was billed, nothing where that is in doubt. At most: prompt and answer
-- each by the nearest evidence of the day. The prompt costs what another attempt of its call paid for it
-- without reading a cache; else, as the answer always, what the dearest known request of the same model,
-- tier, operation and feature paid. An answer that was cut at its limit is among those.
with unknown as (
    select
        requests.request_id,
        requests.call_id,
        requests.provider,
        requests.platform,
        requests.model,
        requests.service_tier,
        requests.operation,
        requests.feature,
        case
            when requests.billed_state = 'billed'
                then
                    coalesce(costs.input_cost_usd, 0)
                    + coalesce(costs.cache_read_cost_usd, 0)
                    + coalesce(costs.cache_write_cost_usd, 0)
                    + coalesce(costs.output_cost_usd, 0)
                    + coalesce(costs.tool_cost_usd, 0)
            else 0
        end as known_cost_usd
    from core.requests as requests
    inner join core.request_costs as costs
        on requests.request_id = costs.request_id and costs.day = $day
    where requests.day = $day and costs.cost_usd is null
),

known as (
    select
        requests.call_id,
        requests.provider,
        requests.platform,
        requests.model,
        requests.service_tier,
        requests.operation,
        requests.feature,
        coalesce(requests.cache_read_tokens, 0) > 0 as has_read_cache,
        costs.input_cost_usd + costs.cache_read_cost_usd + costs.cache_write_cost_usd as prompt_cost_usd,
        costs.cost_usd - costs.input_cost_usd - costs.cache_read_cost_usd - costs.cache_write_cost_usd
            as answer_cost_usd
    from core.requests as requests
    inner join core.request_costs as costs
        on requests.request_id = costs.request_id and costs.day = $day
    where
        requests.day = $day
        and requests.model is not null
        and requests.billed_state = 'billed'
        and requests.status <> 'cache_hit'
        and costs.cost_usd is not null
),

peers as (
    select
        provider,
        platform,
        model,
        service_tier,
        operation,
        feature,
        max(prompt_cost_usd) as prompt_cost_usd,
        max(answer_cost_usd) as answer_cost_usd
    from known
    group by provider, platform, model, service_tier, operation, feature
),

attempts as (
    select
        known.call_id,
        known.model,
        max(known.prompt_cost_usd) as prompt_cost_usd
    from known
    where not known.has_read_cache and known.call_id in (select unknown.call_id from unknown)
    group by known.call_id, known.model
)

select
    unknown.request_id,
    cast(unknown.known_cost_usd as decimal(38, 12)) as cost_lower_bound_usd,
    case
        when peers.model is not null
            then cast(greatest(
                unknown.known_cost_usd,
                coalesce(attempts.prompt_cost_usd, peers.prompt_cost_usd) + peers.answer_cost_usd
            ) as decimal(38, 12))
    end as cost_upper_bound_usd
from unknown
left join peers
    on
        unknown.provider = peers.provider
        and unknown.platform = peers.platform
        and unknown.model = peers.model
        and unknown.service_tier = peers.service_tier
        and unknown.operation is not distinct from peers.operation
        and unknown.feature is not distinct from peers.feature
left join attempts
    on unknown.call_id = attempts.call_id and unknown.model = attempts.model
order by unknown.request_id
