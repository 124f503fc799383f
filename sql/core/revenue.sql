-- One row per UTC day, customer, plan, feature and currency with revenue: every period's amount spread over its days
-- grain: day, customer_id, plan, feature, currency
--
-- In the currency of the amount; marts.revenue has it in USD, when it is read. A line that names itself has one
-- currency, and its latest statement holds; otherwise what is paid in another currency is another amount.
with
ranked as (
    select
        customer_id,
        coalesce(plan, '(unattributed)') as plan,
        coalesce(feature, '(unattributed)') as feature,
        period_start,
        period_end,
        currency,
        billed_revenue,
        row_number() over (
            partition by
                customer_id, plan, feature, period_start, period_end, invoice_id, line_id,
                case when line_id is null then currency end
            order by recorded_at desc nulls last, billed_revenue desc, record_id desc
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
        currency,
        cast(billed_revenue as decimal(27, 12)) as period_revenue,
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
        currency,
        period_revenue,
        days,
        cast(decimal_division(period_revenue, days, 12) as decimal(27, 12)) as rounded_share
    from counted
),

floored as (
    select
        customer_id,
        plan,
        feature,
        period_end,
        currency,
        period_revenue,
        days,
        case
            when rounded_share * days > period_revenue
                then cast(rounded_share - cast(0.000000000001 as decimal(27, 12)) as decimal(27, 12))
            else rounded_share
        end as share_revenue
    from shared
),

of_day as (
    select
        customer_id,
        plan,
        feature,
        currency,
        cast(
            case when period_end = $day then period_revenue - share_revenue * (days - 1) else share_revenue end
            as decimal(38, 12)
        ) as day_revenue
    from floored
)

select
    $day as day,
    customer_id,
    plan,
    feature,
    currency,
    cast(sum(day_revenue) as decimal(38, 12)) as billed_revenue,
    count(*) as amounts
from of_day
group by customer_id, plan, feature, currency
order by day, customer_id, plan, feature, currency
