-- One row per customer and stretch of days on which they had cost more than they paid over the week before.
-- grain: customer_id, first_on
-- view
--
-- The week ends on the day itself; it smooths weekends and evenly spread revenue.
with days as (
    select
        day,
        customer_id,
        date_diff('day', date '2000-01-01', day) as day_no,
        cost_usd,
        revenue_usd
    from marts.cost_per_customer
    where revenue_usd is not null
),

weeks as (
    select
        day,
        customer_id,
        day_no,
        cost_usd,
        revenue_usd,
        sum(revenue_usd - cost_usd) over (
            partition by customer_id order by day_no asc range between 6 preceding and current row
        ) as week_margin_usd
    from days
),

stretches as (
    select
        day,
        customer_id,
        cost_usd,
        revenue_usd,
        day_no - row_number() over (partition by customer_id order by day_no asc) as stretch_no
    from weeks
    where week_margin_usd < 0
)

select
    customer_id,
    min(day) as first_on,
    max(day) as last_on,
    count(*) as under_water_days,
    sum(cost_usd) as cost_usd,
    sum(revenue_usd) as revenue_usd,
    sum(revenue_usd - cost_usd) as margin_usd
from stretches
group by customer_id, stretch_no
order by customer_id, first_on
