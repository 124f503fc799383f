-- One row per month and feature: what was paid for it by itself, and what it cost.
-- grain: month, feature
-- view
with spend as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from marts.cost_per_feature
    group by substr(cast(day as varchar), 1, 7), feature
),

paid as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        count(distinct customer_id) as paying_customers,
        case when count(revenue_usd) = count(*) then sum(revenue_usd) end as revenue_usd
    from marts.revenue
    group by substr(cast(day as varchar), 1, 7), feature
),

both_sides as (
    select
        coalesce(spend.month, paid.month) as month,
        coalesce(spend.feature, paid.feature) as feature,
        coalesce(spend.requests, 0) as requests,
        coalesce(spend.cost_usd, 0) as cost_usd,
        coalesce(spend.unpriced_requests, 0) as unpriced_requests,
        coalesce(paid.paying_customers, 0) as paying_customers,
        paid.revenue_usd
    from spend
    full outer join paid on spend.month = paid.month and spend.feature = paid.feature
)

select
    month,
    feature,
    requests,
    cost_usd,
    unpriced_requests,
    paying_customers,
    revenue_usd,
    revenue_usd - cost_usd as margin_usd,
    case
        when revenue_usd > 0 then try_cast(decimal_division(
            try_cast(100 * (revenue_usd - cost_usd) as decimal(30, 12)), revenue_usd, 6
        ) as decimal(18, 6))
    end as margin_pct
from both_sides
order by month, feature
