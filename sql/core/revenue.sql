-- One row per UTC day, customer, plan and feature with revenue: every period's amount spread evenly over its days
-- grain: day, customer_id, plan, feature
--
-- Another currency is converted at the recorded rate of the day; no other day's rate is used.
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
            partition by customer_id, plan, feature, period_start, period_end, invoice_id, line_id
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

-- In trillionths, the whole units and the rest apart, so that no product grows too large.
of_day as (
    select
        customer_id,
        plan,
        feature,
        currency,
        cast(cast(
            case when period_end = $day then period_revenue - share_revenue * (days - 1) else share_revenue end
            as decimal(38, 12)
        ) * 1000000000000 as hugeint) as day_picos
    from floored
),

converted as (
    select
        o.customer_id,
        o.plan,
        o.feature,
        case
            when o.currency = 'USD' then o.day_picos
            else
                o.day_picos // 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint)
                + o.day_picos % 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint) // 1000000000000
        end as usd_picos
    from of_day as o
    left join core.exchange_rates as x
        on o.currency = x.currency and x.day = $day
)

select
    $day as day,
    customer_id,
    plan,
    feature,
    case
        when count(usd_picos) = count(*)
            then cast(cast(sum(usd_picos) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12))
    end as revenue_usd,
    cast(count(*) - count(usd_picos) as bigint) as unconverted_amounts
from converted
group by customer_id, plan, feature
order by day, customer_id, plan, feature
