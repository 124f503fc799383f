-- One row per month, customer, plan and feature: revenue as its books say, and by what is known now
-- grain: month, customer_id, plan, feature
-- view
--
-- What was posted for a closed month is in its own currency, and is read at the rate known now, like all of the month.
with known as (
    select
        day,
        customer_id,
        plan,
        feature,
        currency,
        billed_revenue
    from core.revenue
    union all
    select
        adjusted_day as day,
        customer_id,
        plan,
        feature,
        currency,
        amount_revenue as billed_revenue
    from core.revenue_adjustments
),

days as (
    select
        day,
        customer_id,
        plan,
        feature,
        currency,
        cast(sum(billed_revenue) * 1000000000000 as hugeint) as picos
    from known
    group by day, customer_id, plan, feature, currency
),

converted as (
    select
        d.day,
        d.customer_id,
        d.plan,
        d.feature,
        case
            when d.currency = 'USD' or d.picos = 0 then d.picos
            else
                d.picos // 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint)
                + d.picos % 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint) // 1000000000000
        end as known_picos,
        d.currency <> 'USD' and d.picos <> 0 and x.usd_per_unit is null as is_unconverted
    from days as d
    left join core.fx_rates as x
        on d.day = x.day and d.currency || '/USD' = x.currency_pair
),

sides as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        customer_id,
        plan,
        feature,
        cast(0 as hugeint) as booked_picos,
        false as is_unbooked,
        known_picos,
        is_unconverted
    from converted
    union all
    select
        substr(cast(day as varchar), 1, 7) as month,
        customer_id,
        plan,
        feature,
        cast(revenue_usd * 1000000000000 as hugeint) as booked_picos,
        revenue_usd is null as is_unbooked,
        cast(0 as hugeint) as known_picos,
        false as is_unconverted
    from marts.revenue
)

select
    month,
    customer_id,
    plan,
    feature,
    case
        when not bool_or(is_unbooked)
            then cast(cast(sum(booked_picos) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12))
    end as booked_revenue_usd,
    case
        when not bool_or(is_unconverted)
            then cast(cast(sum(known_picos) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12))
    end as revenue_usd,
    count(*) filter (where is_unconverted) as unconverted_amounts
from sides
group by month, customer_id, plan, feature
order by month, customer_id, plan, feature
