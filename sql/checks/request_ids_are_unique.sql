-- One row per request id that a table holds more than once.
-- grain: day, subject, detail
-- severity: error

with held as (
    select
        'core.requests' as place,
        request_id
    from core.requests
    where day = $day
    union all
    select
        'core.request_costs' as place,
        request_id
    from core.request_costs
    where day = $day
    union all
    select
        'marts.cost_per_request' as place,
        request_id
    from marts.cost_per_request
    where day = $day
)

select
    $day as day,
    request_id as subject,
    concat('is in ', place, ' ', count(*), ' times') as detail
from held
group by place, request_id
having count(*) > 1
order by subject, detail
