-- One row per UTC day and pair of currencies: what one unit of the first was worth in the second
-- grain: day, currency_pair
--
-- For the days of a closed month, the rate that was published when it was closed is kept beside the one known now.
with known as (
    select
        day,
        currency || '/USD' as currency_pair,
        usd_per_unit,
        source,
        recorded_on,
        source_file,
        source_line
    from core.exchange_rates
),

reported as (
    select
        day,
        currency_pair,
        reported_usd_per_unit
    from core.published_rates
    where
        reported_usd_per_unit is not null
        and substr(cast(day as varchar), 1, 7) in (select month from meta.closed_months)
),

together as (
    select
        coalesce(k.day, r.day) as day,
        coalesce(k.currency_pair, r.currency_pair) as currency_pair,
        k.usd_per_unit,
        r.reported_usd_per_unit,
        k.source,
        k.recorded_on,
        k.source_file,
        k.source_line
    from known as k
    full outer join reported as r
        on k.day = r.day and k.currency_pair = r.currency_pair
)

select
    t.day,
    t.currency_pair,
    t.usd_per_unit,
    case when c.month is null then t.usd_per_unit else t.reported_usd_per_unit end as reported_usd_per_unit,
    t.source,
    t.recorded_on,
    t.source_file,
    t.source_line
from together as t
left join meta.closed_months as c
    on substr(cast(t.day as varchar), 1, 7) = c.month
order by day, currency_pair
