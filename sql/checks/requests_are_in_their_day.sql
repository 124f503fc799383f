-- One row per request that is kept under another day than the UTC date it started on.
-- grain: day, subject
-- severity: error

select
    day,
    request_id as subject,
    concat('started at ', started_at) as detail
from core.requests
where day = $day and day <> cast(started_at as date)
order by subject
