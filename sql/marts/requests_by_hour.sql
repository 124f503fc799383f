-- One row per hour, feature, model, prompt version and kind of request: sums of its requests, which add up over hours.
-- grain: hour_at, feature, provider, model, prompt_name, prompt_version, spend_kind, is_prompted, is_priced, is_billed

with sorted as (
    select
        day,
        date_trunc('hour', started_at) as hour_at,
        coalesce(feature, '(unattributed)') as feature,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(prompt_name, '(unattributed)') as prompt_name,
        coalesce(prompt_version, '(unattributed)') as prompt_version,
        case
            when stage = 'evaluation' then 'evaluation'
            when lower(environment) in ('production', 'prod', 'live') then 'cost_of_goods'
            when environment is not null then 'research_and_development'
            else 'unknown'
        end as spend_kind,
        coalesce(prompt_tokens > 0, false) as is_prompted,
        cost_usd is not null as is_priced,
        usage_basis = 'reported' and cost_usd is not null and billed_state = 'billed' as is_billed,
        not is_final_attempt as is_retried,
        coalesce(http_status = 429, false) as is_throttled,
        started_at,
        prompt_tokens,
        completion_tokens,
        cache_read_tokens,
        cache_write_tokens,
        input_cost_usd + cache_read_cost_usd + cache_write_cost_usd as prompt_cost_usd,
        output_cost_usd,
        cost_usd,
        cost_lower_bound_usd,
        cost_upper_bound_usd
    from marts.cost_per_request
    where day = $day
)

select
    day,
    hour_at,
    feature,
    provider,
    model,
    prompt_name,
    prompt_version,
    spend_kind,
    is_prompted,
    is_priced,
    is_billed,
    count(*) as requests,
    min(started_at) as first_request_at,
    cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
    min(prompt_tokens) as shortest_prompt_tokens,
    max(prompt_tokens) as longest_prompt_tokens,
    cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
    cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
    cast(coalesce(sum(cache_write_tokens), 0) as bigint) as cache_write_tokens,
    sum(prompt_cost_usd) as prompt_cost_usd,
    sum(output_cost_usd) as completion_cost_usd,
    sum(cost_usd) as cost_usd,
    count(*) filter (where is_retried) as retried_requests,
    count(*) filter (where is_throttled) as throttled_requests,
    count(*) filter (where is_retried or is_throttled) as struck_requests,
    sum(cost_lower_bound_usd) filter (where is_retried) as retried_lower_bound_usd,
    sum(cost_upper_bound_usd) filter (where is_retried) as retried_upper_bound_usd,
    count(*) filter (where is_retried and cost_upper_bound_usd is null) as unbounded_requests
from sorted
group by
    day,
    hour_at,
    feature,
    provider,
    model,
    prompt_name,
    prompt_version,
    spend_kind,
    is_prompted,
    is_priced,
    is_billed
order by
    hour_at,
    feature,
    provider,
    model,
    prompt_name,
    prompt_version,
    spend_kind,
    is_prompted,
    is_priced,
    is_billed
