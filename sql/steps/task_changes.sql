-- One row per task of a closed day whose outcome or cost is not as reported; where its kind changed, one for each.
-- grain: task_id, task_type, feature, workflow
-- view
select
    coalesce(after.day, before.day) as day,
    coalesce(after.task_id, before.task_id) as task_id,
    coalesce(after.task_type, before.task_type) as task_type,
    coalesce(after.feature, before.feature) as feature,
    coalesce(after.workflow, before.workflow) as workflow,
    before.outcome as outcome_before,
    after.outcome as outcome_after,
    coalesce(before.outcome, '') <> coalesce(after.outcome, '') as is_new_verdict,
    after.outcome_source,
    after.outcome_at,
    coalesce(before.tasks, 0) as tasks_before,
    coalesce(after.tasks, 0) as tasks_after,
    coalesce(before.unpriced_requests, 0) as unpriced_before,
    coalesce(after.unpriced_requests, 0) as unpriced_after,
    coalesce(before.cost_usd, 0) as before_usd,
    coalesce(after.cost_usd, 0) as after_usd
from steps.reported_tasks as before
full outer join core.restated_tasks as after
    on
        before.task_id = after.task_id
        and before.task_type = after.task_type
        and before.feature = after.feature
        and before.workflow = after.workflow
where
    before.outcome is distinct from after.outcome
    or before.tasks is distinct from after.tasks
    or before.unpriced_requests is distinct from after.unpriced_requests
    or before.cost_usd is distinct from after.cost_usd
order by task_id, task_type, feature, workflow
