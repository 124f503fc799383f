-- One row per call that has more than one final attempt.
-- grain: day, subject
-- severity: error

select
    $day as day,
    call_id as subject,
    concat(count(*), ' attempts claim to be the final one') as detail
from core.requests
where day = $day and is_final_attempt
group by call_id
having count(*) > 1
order by subject
