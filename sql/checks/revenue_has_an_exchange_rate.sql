-- One row for a customer whose revenue of the day is in a currency without a recorded rate.
-- grain: day, subject
-- severity: warn

select
    day,
    customer_id as subject,
    concat(
        sum(unconverted_amounts), ' amounts of plan ', min(plan), ' have no US dollars; record the rate in fx.csv'
    ) as detail
from core.revenue
where day = $day and unconverted_amounts > 0
group by day, customer_id
order by subject
