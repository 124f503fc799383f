-- One row per group of tasks whose outcomes do not add up to the tasks.
-- grain: day, subject
-- severity: error

select
    day,
    concat(task_type, ', ', feature, ', ', workflow) as subject,
    concat(tasks, ' tasks: ', succeeded, ' succeeded, ', failed, ' failed, ', unknown, ' unknown') as detail
from marts.cost_per_successful_task
where day = $day and tasks <> succeeded + failed + unknown
order by subject
