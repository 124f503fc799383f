-- One row per month and plan: what its customers paid and cost, and how many of them were under water.
-- grain: month, plan
-- view
--
-- A customer's day costs the plan for which it paid most that day.
with paid as (
    select
        day,
        customer_id,
        plan,
        sum(revenue_usd) as revenue_usd,
        sum(unconverted_amounts) as unconverted_amounts
    from marts.revenue
    group by day, customer_id, plan
),

ranked as (
    select
        day,
        customer_id,
        plan,
        row_number() over (partition by day, customer_id order by revenue_usd desc nulls last, plan asc) as place
    from paid
),

cells as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        plan,
        customer_id,
        0 as requests,
        0 as cost_usd,
        0 as unpriced_requests,
        revenue_usd,
        unconverted_amounts
    from paid
    union all
    select
        substr(cast(spend.day as varchar), 1, 7) as month,
        coalesce(ranked.plan, '(unattributed)') as plan,
        spend.customer_id,
        spend.requests,
        spend.cost_usd,
        spend.unpriced_requests,
        null as revenue_usd,
        0 as unconverted_amounts
    from marts.cost_per_customer as spend
    left join ranked on spend.day = ranked.day and spend.customer_id = ranked.customer_id and ranked.place = 1
),

customers as (
    select
        month,
        plan,
        customer_id,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        case when sum(unconverted_amounts) = 0 then sum(revenue_usd) end as revenue_usd,
        sum(unconverted_amounts) as unconverted_amounts
    from cells
    group by month, plan, customer_id
),

plans as (
    select
        month,
        plan,
        count(*) as customers,
        count(*) filter (where revenue_usd < cost_usd) as under_water_customers,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        case when sum(unconverted_amounts) = 0 then sum(revenue_usd) end as revenue_usd
    from customers
    group by month, plan
)

select
    month,
    plan,
    customers,
    under_water_customers,
    requests,
    cost_usd,
    unpriced_requests,
    revenue_usd,
    revenue_usd - cost_usd as margin_usd,
    case
        when revenue_usd > 0 then try_cast(decimal_division(
            try_cast(100 * (revenue_usd - cost_usd) as decimal(30, 12)), revenue_usd, 6
        ) as decimal(18, 6))
    end as margin_pct
from plans
order by month, plan
