-- One row per UTC day, customer, plan and feature with revenue: what it is in US dollars
-- grain: day, customer_id, plan, feature
-- view
--
-- Another currency is converted at the recorded rate of the day, in a closed month at the one that was recorded when it
-- was closed; no other day's rate is used. In 1e-12 USD, the whole units and the rest apart, so that no product grows
-- too large.
with parted as (
    select
        r.day,
        r.customer_id,
        r.plan,
        r.feature,
        r.currency,
        r.amounts,
        cast(trunc(r.billed_revenue) as hugeint) as units,
        cast((r.billed_revenue - trunc(r.billed_revenue)) * 1000000000000 as hugeint) as picos,
        cast(x.reported_usd_per_unit * 1000000000000 as hugeint) as rate_picos
    from core.revenue as r
    left join core.fx_rates as x
        on r.day = x.day and r.currency || '/USD' = x.currency_pair
),

converted as (
    select
        *,
        case
            when currency = 'USD' then units * 1000000000000 + picos
            else units * rate_picos + picos * rate_picos // 1000000000000
        end as usd_picos
    from parted
)

select
    day,
    customer_id,
    plan,
    feature,
    case
        when count(usd_picos) = count(*)
            then cast(cast(sum(usd_picos) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12))
    end as revenue_usd,
    cast(coalesce(sum(amounts) filter (where usd_picos is null), 0) as bigint) as unconverted_amounts
from converted
group by day, customer_id, plan, feature
order by day, customer_id, plan, feature
