-- One row per request id that a table holds more than once.
-- grain: day, subject, detail
-- severity: error

with held as (
    select
        'core.requests' as place,
        request_id,
        count(*) as times
    from core.requests
    where day = $day
    group by request_id
    having count(*) > 1
    union all
    select
        'core.request_costs' as place,
        request_id,
        count(*) as times
    from core.request_costs
    where day = $day
    group by request_id
    having count(*) > 1
    union all
    select
        'marts.cost_per_request' as place,
        request_id,
        count(*) as times
    from marts.cost_per_request
    where day = $day
    group by request_id
    having count(*) > 1
)

select
    $day as day,
    request_id as subject,
    concat('is in ', place, ' ', times, ' times') as detail
from held
order by subject, detail
