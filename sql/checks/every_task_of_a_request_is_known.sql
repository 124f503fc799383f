-- One row per task that a request belongs to and core.tasks does not hold.
-- grain: day, subject
-- severity: error

select
    $day as day,
    requests.task_id as subject,
    concat(count(*), ' requests') as detail
from core.requests as requests
left join core.tasks as tasks
    on requests.task_id = tasks.task_id and requests.day = tasks.day
where requests.day = $day and requests.task_id is not null and tasks.task_id is null
group by requests.task_id
order by subject
