-- One row per month and customer: what they paid, what they cost, and how many days they were under water.
-- grain: month, customer_id
-- view
with days as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        customer_id,
        requests,
        cost_usd,
        unpriced_requests,
        revenue_usd,
        coalesce(margin_usd < 0, false) as is_under_water
    from marts.cost_per_customer
),

months as (
    select
        month,
        customer_id,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        sum(revenue_usd) as revenue_usd,
        sum(cost_usd) filter (where revenue_usd is null) as unpaid_cost_usd,
        count(revenue_usd) as paid_days,
        count(*) filter (where is_under_water) as under_water_days
    from days
    group by month, customer_id
)

select
    month,
    customer_id,
    requests,
    cost_usd,
    unpriced_requests,
    revenue_usd,
    revenue_usd - cost_usd as margin_usd,
    case
        when revenue_usd > 0 then try_cast(decimal_division(
            try_cast(100 * (revenue_usd - cost_usd) as decimal(30, 12)), revenue_usd, 6
        ) as decimal(18, 6))
    end as margin_pct,
    coalesce(unpaid_cost_usd, 0) as unpaid_cost_usd,
    paid_days,
    under_water_days
from months
order by month, customer_id
