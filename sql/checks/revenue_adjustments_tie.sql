-- One row per payer of a closed day whose published revenue and adjustments do not add up to that known.
-- grain: day, subject
-- severity: error

with parts as (
    select
        customer_id,
        plan,
        feature,
        currency,
        billed_revenue as revenue
    from steps.published_revenue
    union all
    select
        customer_id,
        plan,
        feature,
        currency,
        amount_revenue as revenue
    from core.revenue_adjustments
    where adjusted_day = $day
    union all
    select
        customer_id,
        plan,
        feature,
        currency,
        -billed_revenue as revenue
    from core.restated_revenue
)

select
    $day as day,
    concat_ws(' / ', customer_id, plan, feature, currency) as subject,
    concat('published and adjusted less known: ', sum(revenue)) as detail
from parts
group by customer_id, plan, feature, currency
having sum(revenue) <> 0
order by subject
