-- One row per UTC hour, what a bill tells apart and token class: what our requests used and cost
-- grain: day, hour_of_day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- `provider` is who bills, which on a cloud is not who makes the model. Requests that another file
-- tells of alike to the millisecond, under other ids, are twins: they may be one request twice.
with fingerprints as (
    select
        started_at,
        model,
        prompt_tokens,
        completion_tokens,
        latency_ms,
        min(source_file) as first_file
    from core.requests
    where usage_basis = 'reported'
    group by started_at, model, prompt_tokens, completion_tokens, latency_ms
    having min(source_file) <> max(source_file)
),

requests as (
    select
        r.day,
        cast(extract(hour from r.started_at) as bigint) as hour_of_day,
        case
            when r.platform = 'bedrock' then 'aws'
            when r.platform = 'azure' then 'azure'
            when r.platform in ('vertex', 'ai_studio') then 'gcp'
            when r.platform = 'direct' then r.provider
            else r.platform
        end as provider,
        r.platform,
        r.provider as maker,
        r.account_id,
        coalesce(r.model, lower(coalesce(r.response_model, r.request_model)), '(unnamed)') as model,
        case when r.is_batch and r.service_tier = 'standard' then 'batch' else r.service_tier end as service_tier,
        lower(coalesce(r.region_scope, '')) as region_scope,
        r.billed_state = 'billed' and r.usage_basis = 'reported' and r.status <> 'cache_hit' as is_counted,
        r.billed_state = 'unknown' as is_doubtful,
        r.billed_state = 'unknown'
        and coalesce(r.retry_evidence = 'resend_count', false)
        and r.usage_basis = 'missing' and not r.is_final_attempt as is_untold,
        c.cost_usd is not null as is_priced,
        f.started_at is not null as is_twin,
        coalesce(r.input_tokens, 0) + coalesce(r.input_audio_tokens, 0) + coalesce(r.input_image_tokens, 0) as input,
        coalesce(r.cache_read_tokens, 0) + coalesce(r.cache_read_audio_tokens, 0)
        + coalesce(r.cache_read_image_tokens, 0) as cache_read,
        coalesce(r.cache_write_5m_tokens, 0) + coalesce(r.cache_write_1h_tokens, 0)
        + coalesce(r.cache_write_30m_tokens, 0) + coalesce(r.cache_write_12h_tokens, 0)
        + coalesce(r.cache_write_unknown_tokens, 0) as cache_write,
        coalesce(r.output_tokens, 0) + coalesce(r.reasoning_tokens, 0) + coalesce(r.output_audio_tokens, 0)
        + coalesce(r.output_image_tokens, 0) as output,
        coalesce(c.input_cost_usd, 0) as input_cost,
        coalesce(c.cache_read_cost_usd, 0) as cache_read_cost,
        coalesce(c.cache_write_cost_usd, 0) as cache_write_cost,
        coalesce(c.output_cost_usd, 0) as output_cost,
        coalesce(c.cost_usd, 0) - coalesce(c.input_cost_usd, 0) - coalesce(c.cache_read_cost_usd, 0)
        - coalesce(c.cache_write_cost_usd, 0) - coalesce(c.output_cost_usd, 0) as other_cost
    from core.requests as r
    left join core.request_costs as c
        on r.request_id = c.request_id
    left join fingerprints as f
        on
            r.started_at = f.started_at
            and coalesce(r.model, '') = coalesce(f.model, '')
            and coalesce(r.prompt_tokens, -1) = coalesce(f.prompt_tokens, -1)
            and coalesce(r.completion_tokens, -1) = coalesce(f.completion_tokens, -1)
            and coalesce(r.latency_ms, -1) = coalesce(f.latency_ms, -1)
            and r.usage_basis = 'reported'
            and r.source_file <> f.first_file
),

hours as (
    select
        day,
        hour_of_day,
        provider,
        platform,
        maker,
        account_id,
        model,
        service_tier,
        region_scope,
        count(*) filter (where is_counted and is_priced) as priced_requests,
        count(*) filter (where is_counted and not is_priced) as unpriced_requests,
        count(*) filter (where is_counted and is_priced and is_twin) as twin_requests,
        count(*) filter (where is_doubtful) as doubtful_requests,
        count(*) filter (where is_untold) as untold_requests,
        sum(case when is_counted and is_priced then input else 0 end) as priced_input,
        sum(case when is_counted and is_priced then cache_read else 0 end) as priced_cache_read,
        sum(case when is_counted and is_priced then cache_write else 0 end) as priced_cache_write,
        sum(case when is_counted and is_priced then output else 0 end) as priced_output,
        sum(case when is_counted and not is_priced then input else 0 end) as unpriced_input,
        sum(case when is_counted and not is_priced then cache_read else 0 end) as unpriced_cache_read,
        sum(case when is_counted and not is_priced then cache_write else 0 end) as unpriced_cache_write,
        sum(case when is_counted and not is_priced then output else 0 end) as unpriced_output,
        sum(case when is_counted and is_priced and is_twin then input else 0 end) as twin_input,
        sum(case when is_counted and is_priced and is_twin then cache_read else 0 end) as twin_cache_read,
        sum(case when is_counted and is_priced and is_twin then cache_write else 0 end) as twin_cache_write,
        sum(case when is_counted and is_priced and is_twin then output else 0 end) as twin_output,
        max(case when is_counted then input else 0 end) as largest_input,
        max(case when is_counted then cache_read else 0 end) as largest_cache_read,
        max(case when is_counted then cache_write else 0 end) as largest_cache_write,
        max(case when is_counted then output else 0 end) as largest_output,
        sum(input_cost) as input_cost,
        sum(cache_read_cost) as cache_read_cost,
        sum(cache_write_cost) as cache_write_cost,
        sum(output_cost) as output_cost,
        sum(other_cost) as other_cost
    from requests
    group by day, hour_of_day, provider, platform, maker, account_id, model, service_tier, region_scope
),

-- Named as the price list names them, so that both sides use the same words.
named as (
    select
        h.*,
        coalesce(k.list_region_scope, h.region_scope) as list_region_scope,
        coalesce(k.list_service_tier, h.service_tier) as list_service_tier
    from hours as h
    left join core.price_keys as k
        on
            h.maker = k.provider
            and h.platform = k.platform
            and h.region_scope = k.region_scope
            and h.model = k.model
            and h.service_tier = k.service_tier
),

classes as (
    select c.token_class
    from (
        values ('input'), ('cache_read'), ('cache_write'), ('output'), ('other'), ('requests'), ('doubtful'), ('untold')
    ) as c (token_class)
),

long as (
    select
        n.day,
        n.hour_of_day,
        n.provider,
        n.platform,
        n.account_id,
        n.model,
        n.list_service_tier as service_tier,
        n.list_region_scope as region_scope,
        c.token_class,
        case c.token_class
            when 'input' then n.priced_input
            when 'cache_read' then n.priced_cache_read
            when 'cache_write' then n.priced_cache_write
            when 'output' then n.priced_output
            when 'requests' then n.priced_requests
            when 'doubtful' then n.doubtful_requests
            when 'untold' then n.untold_requests
            else 0
        end as priced_quantity,
        case c.token_class
            when 'input' then n.unpriced_input
            when 'cache_read' then n.unpriced_cache_read
            when 'cache_write' then n.unpriced_cache_write
            when 'output' then n.unpriced_output
            when 'requests' then n.unpriced_requests
            else 0
        end as unpriced_quantity,
        case c.token_class
            when 'input' then n.twin_input
            when 'cache_read' then n.twin_cache_read
            when 'cache_write' then n.twin_cache_write
            when 'output' then n.twin_output
            when 'requests' then n.twin_requests
            else 0
        end as twin_quantity,
        case c.token_class
            when 'input' then n.largest_input
            when 'cache_read' then n.largest_cache_read
            when 'cache_write' then n.largest_cache_write
            when 'output' then n.largest_output
            else 0
        end as largest_quantity,
        case c.token_class
            when 'input' then n.input_cost
            when 'cache_read' then n.cache_read_cost
            when 'cache_write' then n.cache_write_cost
            when 'output' then n.output_cost
            when 'other' then n.other_cost
            else 0
        end as cost_usd
    from named as n
    cross join classes as c
)

select
    day,
    hour_of_day,
    provider,
    platform,
    account_id,
    model,
    service_tier,
    region_scope,
    token_class,
    cast(sum(priced_quantity) as bigint) as priced_quantity,
    cast(sum(unpriced_quantity) as bigint) as unpriced_quantity,
    cast(sum(twin_quantity) as bigint) as twin_quantity,
    cast(max(largest_quantity) as bigint) as largest_quantity,
    cast(sum(cost_usd) as decimal(38, 12)) as cost_usd
from long
group by day, hour_of_day, provider, platform, account_id, model, service_tier, region_scope, token_class
having sum(priced_quantity) <> 0 or sum(unpriced_quantity) <> 0 or sum(cost_usd) <> 0
order by day, hour_of_day, provider, platform, account_id, model, service_tier, region_scope, token_class
