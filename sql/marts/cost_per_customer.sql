-- One row per UTC day and customer who used or paid anything: use, cost, revenue and margin.
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
),

revenue as (
    select
        day,
        customer_id,
        case when count(revenue_usd) = count(*) then sum(revenue_usd) end as revenue_usd
    from core.revenue
    where day = $day
    group by day, customer_id
),

accounts as (
    select
        coalesce(spend.day, revenue.day) as day,
        coalesce(spend.customer_id, revenue.customer_id) as customer_id,
        coalesce(spend.requests, 0) as requests,
        coalesce(spend.calls, 0) as calls,
        coalesce(spend.failed_requests, 0) as failed_requests,
        coalesce(spend.unknown_usage_requests, 0) as unknown_usage_requests,
        coalesce(spend.input_tokens, 0) as input_tokens,
        coalesce(spend.cache_read_tokens, 0) as cache_read_tokens,
        coalesce(spend.cache_write_tokens, 0) as cache_write_tokens,
        coalesce(spend.input_media_tokens, 0) as input_media_tokens,
        coalesce(spend.output_tokens, 0) as output_tokens,
        coalesce(spend.reasoning_tokens, 0) as reasoning_tokens,
        coalesce(spend.output_media_tokens, 0) as output_media_tokens,
        coalesce(spend.prompt_tokens, 0) as prompt_tokens,
        coalesce(spend.completion_tokens, 0) as completion_tokens,
        coalesce(spend.cost_usd, 0) as cost_usd,
        coalesce(spend.unpriced_requests, 0) as unpriced_requests,
        revenue.revenue_usd
    from spend
    full outer join revenue
        on spend.day = revenue.day and spend.customer_id = revenue.customer_id
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
    ) as decimal(18, 6)) as share_of_day_pct,
    revenue_usd,
    revenue_usd - cost_usd as margin_usd,
    case
        when revenue_usd > 0 then try_cast(decimal_division(
            try_cast(100 * (revenue_usd - cost_usd) as decimal(30, 12)),
            revenue_usd,
            6
        ) as decimal(18, 6))
    end as margin_pct
from accounts
order by day, customer_id
