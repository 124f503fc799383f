-- One row per task of a closed day whose outcome is not as reported; those that only cost otherwise are added up.
-- grain: day, posting_no, adjusted_day, task_id, task_type, feature, workflow, outcome_after

with named as (
    select
        day,
        task_type,
        feature,
        workflow,
        outcome_before,
        outcome_after,
        tasks_before,
        tasks_after,
        unpriced_before,
        unpriced_after,
        before_usd,
        after_usd,
        case when is_new_verdict then task_id else '(as judged)' end as task_id,
        case when is_new_verdict then outcome_source end as outcome_source,
        case when is_new_verdict then outcome_at end as outcome_at
    from steps.task_changes
),

summed as (
    select
        day,
        task_id,
        task_type,
        feature,
        workflow,
        outcome_before,
        outcome_after,
        outcome_source,
        outcome_at,
        sum(tasks_before) as tasks_before,
        sum(tasks_after) as tasks_after,
        cast(sum(unpriced_before) as bigint) as unpriced_before,
        cast(sum(unpriced_after) as bigint) as unpriced_after,
        cast(sum(before_usd) as decimal(38, 12)) as before_usd,
        cast(sum(after_usd) as decimal(38, 12)) as after_usd
    from named
    group by day, task_id, task_type, feature, workflow, outcome_before, outcome_after, outcome_source, outcome_at
),

sided as (
    select
        *,
        case when outcome_before = 'success' then 1 else 0 end as was_success,
        case when outcome_after = 'success' then 1 else 0 end as is_success,
        case when outcome_before = 'failure' then 1 else 0 end as was_failure,
        case when outcome_after = 'failure' then 1 else 0 end as is_failure,
        case when outcome_before = 'unknown' then 1 else 0 end as was_unknown,
        case when outcome_after = 'unknown' then 1 else 0 end as is_unknown
    from summed
)

select
    posting.day,
    left(cast(sided.day as varchar), 7) as month,
    sided.day as adjusted_day,
    sided.task_id,
    sided.task_type,
    sided.feature,
    sided.workflow,
    sided.outcome_before,
    sided.outcome_after,
    sided.outcome_source,
    sided.outcome_at,
    cast(sided.tasks_after - sided.tasks_before as bigint) as added_tasks,
    cast(is_success * sided.tasks_after - was_success * sided.tasks_before as bigint) as added_succeeded,
    cast(is_failure * sided.tasks_after - was_failure * sided.tasks_before as bigint) as added_failed,
    cast(is_unknown * sided.tasks_after - was_unknown * sided.tasks_before as bigint) as added_unknown,
    sided.unpriced_before,
    sided.unpriced_after,
    sided.before_usd,
    sided.after_usd,
    cast(sided.after_usd - sided.before_usd as decimal(38, 12)) as amount_usd,
    cast(case when is_success = 1 then sided.after_usd else 0 end as decimal(38, 12))
    - cast(case when was_success = 1 then sided.before_usd else 0 end as decimal(38, 12)) as succeeded_amount_usd,
    cast(case when is_failure = 1 then sided.after_usd else 0 end as decimal(38, 12))
    - cast(case when was_failure = 1 then sided.before_usd else 0 end as decimal(38, 12)) as failed_amount_usd,
    cast(case when is_unknown = 1 then sided.after_usd else 0 end as decimal(38, 12))
    - cast(case when was_unknown = 1 then sided.before_usd else 0 end as decimal(38, 12)) as unknown_amount_usd,
    posting.posting_no,
    posting.posted_on
from sided
cross join steps.posting as posting
order by
    posting.day,
    posting.posting_no,
    adjusted_day,
    sided.task_id,
    sided.task_type,
    sided.feature,
    sided.workflow,
    sided.outcome_after
