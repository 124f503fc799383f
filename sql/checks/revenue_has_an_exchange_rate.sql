-- One row for a customer whose revenue of the day is in a currency without a recorded rate.
-- grain: day, subject
-- severity: warn

select
    r.day,
    r.customer_id as subject,
    concat(
        sum(r.amounts), ' amounts of plan ', min(r.plan), ' have no US dollars; record the rate in fx.csv'
    ) as detail
from core.revenue as r
left join core.exchange_rates as x
    on r.day = x.day and r.currency = x.currency
where r.day = $day and r.currency <> 'USD' and x.day is null
group by r.day, r.customer_id
order by subject
