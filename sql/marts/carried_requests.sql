-- One row per request of a task or a run that went on from an earlier day: the day's, and the last before.
-- grain: day, request_id
--
-- A daily part of what a task or a run costs counts those that began on its day. Where one goes on, its
-- requests are here, so that a mart over all days can take what was counted of its first day and add the whole.
with own as (
    select
        request_id,
        day as spent_on,
        task_id,
        workflow_run_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        workflow,
        stage,
        is_final_attempt,
        cost_usd
    from marts.cost_per_request
    where
        day = $day
        and (
            task_id in (
                select d.task_id from core.task_days as d
                where d.day >= $day - 31 and d.day < $day
            )
            or workflow_run_id in (
                select d.workflow_run_id from steps.run_days as d
                where d.day >= $day - 31 and d.day < $day
            )
        )
),

requests as (
    select
        request_id,
        spent_on,
        task_id,
        workflow_run_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        workflow,
        stage,
        is_final_attempt,
        cost_usd
    from own
    union all
    select
        request_id,
        spent_on,
        task_id,
        workflow_run_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        workflow,
        stage,
        is_final_attempt,
        cost_usd
    from steps.earlier_requests
),

going_tasks as (
    select
        task_id,
        max(day) as before_on
    from core.task_days
    where day >= $day - 31 and day < $day and task_id in (select own.task_id from own)
    group by task_id
),

going_runs as (
    select
        workflow_run_id,
        max(day) as before_on
    from steps.run_days
    where day >= $day - 31 and day < $day and workflow_run_id in (select own.workflow_run_id from own)
    group by workflow_run_id
),

told as (
    select
        task_id,
        day,
        feature,
        workflow,
        task_type,
        customer_id,
        outcome,
        outcome_source,
        outcome_at,
        human_cost_usd,
        tool_cost_usd
    from core.tasks
    where day = $day and task_id in (select going_tasks.task_id from going_tasks)
    union all
    select
        task_id,
        day,
        feature,
        workflow,
        task_type,
        customer_id,
        outcome,
        outcome_source,
        outcome_at,
        human_cost_usd,
        tool_cost_usd
    from steps.earlier_tasks
)

select
    $day as day,
    r.request_id,
    r.spent_on,
    going_tasks.task_id,
    going_runs.workflow_run_id,
    r.provider,
    coalesce(r.model, '(unattributed)') as model,
    coalesce(r.prompt_name, '(unattributed)') as prompt_name,
    coalesce(r.prompt_version, '(unattributed)') as prompt_version,
    r.workflow,
    coalesce(r.stage, '(unattributed)') as stage,
    r.is_final_attempt,
    r.cost_usd,
    told.feature as task_feature,
    told.workflow as task_workflow,
    told.task_type,
    told.customer_id as task_customer_id,
    told.outcome,
    told.outcome_source,
    told.outcome_at,
    told.human_cost_usd,
    told.tool_cost_usd
from requests as r
left join going_tasks on r.task_id = going_tasks.task_id and (r.spent_on = $day or r.spent_on = going_tasks.before_on)
left join going_runs
    on r.workflow_run_id = going_runs.workflow_run_id and (r.spent_on = $day or r.spent_on = going_runs.before_on)
left join told on going_tasks.task_id = told.task_id and r.spent_on = told.day
where going_tasks.task_id is not null or going_runs.workflow_run_id is not null
order by day, request_id
