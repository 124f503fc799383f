-- One row per customer, plan, feature and currency with revenue on the day: what it is
-- grain: day, customer_id, plan, feature, currency

select
    day,
    customer_id,
    plan,
    feature,
    currency,
    billed_revenue,
    amounts
from core.revenue
where day = $day
order by day, customer_id, plan, feature, currency
