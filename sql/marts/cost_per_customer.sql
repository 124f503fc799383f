-- One row per UTC day and customer who used or paid anything: use, cost, revenue and margin.
-- grain: day, customer_id
-- view
--
-- margin_pct is rounded to 6 places in whole numbers, half away from zero; beyond 10^16 USD it is unknown.
with days as (
    select
        day,
        sum(cost_usd) as cost_usd
    from marts.customer_spend
    group by day
),

paid as (
    select
        day,
        customer_id,
        case when sum(unconverted_amounts) = 0 then sum(revenue_usd) end as revenue_usd
    from marts.revenue
    group by day, customer_id
),

accounts as (
    select
        coalesce(spend.day, paid.day) as day,
        coalesce(spend.customer_id, paid.customer_id) as customer_id,
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
        spend.cost_per_request_usd,
        spend.share_of_day_pct,
        spend.day is null as is_idle,
        paid.revenue_usd,
        paid.revenue_usd - coalesce(spend.cost_usd, 0) as margin_usd
    from marts.customer_spend as spend
    full outer join paid
        on spend.day = paid.day and spend.customer_id = paid.customer_id
),

counted as (
    select
        a.*,
        case when a.is_idle and d.cost_usd <> 0 then 0 else a.share_of_day_pct end as share_pct,
        case
            when a.revenue_usd > 0 and a.revenue_usd < 100000000000000
                then cast(a.revenue_usd * 1000000000000 as hugeint)
        end as revenue_picos,
        case
            when abs(a.margin_usd) < 100000000000000 then cast(abs(a.margin_usd) * 1000000000000 as hugeint)
        end as margin_picos
    from accounts as a
    left join days as d on a.day = d.day
),

divided as (
    select
        *,
        (2 * margin_picos * 100000000 + revenue_picos) // (2 * revenue_picos) as margin_millionths
    from counted
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
    cost_per_request_usd,
    cast(share_pct as decimal(18, 6)) as share_of_day_pct,
    revenue_usd,
    margin_usd,
    try_cast(
        cast(case when margin_usd < 0 then -margin_millionths else margin_millionths end as decimal(38, 0)) * 0.000001
        as decimal(18, 6)
    ) as margin_pct
from divided
order by day, customer_id
