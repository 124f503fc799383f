-- One row per UTC day, customer, plan and feature with revenue: every period's amount spread evenly over its days
-- grain: day, customer_id, plan, feature
with
ranked as (
    select
        customer_id,
        coalesce(plan, '(unattributed)') as plan,
        coalesce(feature, '(unattributed)') as feature,
        period_start,
        period_end,
        revenue_usd,
        row_number() over (
            partition by customer_id, plan, feature, period_start, period_end, invoice_id, line_id
            order by recorded_at desc nulls last, revenue_usd desc, record_id desc
        ) as place
    from raw.revenue
    where period_start <= $day and period_end >= $day
),

counted as (
    select
        customer_id,
        plan,
        feature,
        period_end,
        cast(revenue_usd as decimal(27, 12)) as period_usd,
        cast(date_diff('day', period_start, period_end) + 1 as decimal(5, 0)) as days
    from ranked
    where place = 1
),

shared as (
    select
        customer_id,
        plan,
        feature,
        period_end,
        period_usd,
        days,
        cast(decimal_division(period_usd, days, 12) as decimal(27, 12)) as rounded_usd
    from counted
),

floored as (
    select
        customer_id,
        plan,
        feature,
        period_end,
        period_usd,
        days,
        case
            when rounded_usd * days > period_usd
                then cast(rounded_usd - cast(0.000000000001 as decimal(27, 12)) as decimal(27, 12))
            else rounded_usd
        end as share_usd
    from shared
)

select
    $day as day,
    customer_id,
    plan,
    feature,
    cast(sum(
        case when period_end = $day then period_usd - share_usd * (days - 1) else share_usd end
    ) as decimal(38, 12)) as revenue_usd
from floored
group by customer_id, plan, feature
order by day, customer_id, plan, feature
