-- One row per UTC day and customer who used anything: use and cost.
-- grain: day, customer_id

with spend as (
    select
        day,
        coalesce(customer_id, '(unattributed)') as customer_id,
        count(*) as requests,
        count(*) filter (where is_final_attempt) as calls,
        count(*) filter (where status in ('error', 'timeout', 'cancelled', 'incomplete')) as failed_requests,
        count(*) filter (where usage_basis <> 'reported' and billed_state <> 'not_billed') as unknown_usage_requests,
        cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
        cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
        cast(coalesce(sum(cache_write_tokens), 0) as bigint) as cache_write_tokens,
        cast(coalesce(sum(input_media_tokens), 0) as bigint) as input_media_tokens,
        cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
        cast(coalesce(sum(reasoning_tokens), 0) as bigint) as reasoning_tokens,
        cast(coalesce(sum(output_media_tokens), 0) as bigint) as output_media_tokens,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests
    from marts.cost_per_request
    where day = $day
    group by day, coalesce(customer_id, '(unattributed)')
)

select
    day,
    customer_id,
    requests,
    calls,
    failed_requests,
    unknown_usage_requests,
    input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    input_media_tokens,
    output_tokens,
    reasoning_tokens,
    output_media_tokens,
    prompt_tokens,
    completion_tokens,
    cost_usd,
    unpriced_requests,
    decimal_division(cost_usd, nullif(requests - unpriced_requests, 0), 12) as cost_per_request_usd,
    cast(decimal_division(
        cast(100 * cost_usd as decimal(30, 12)),
        nullif(sum(cost_usd) over (partition by day), 0),
        6
    ) as decimal(18, 6)) as share_of_day_pct
from spend
order by day, customer_id
