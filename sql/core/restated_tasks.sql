-- One row per task of the day, and per feature and workflow of requests of no task: how it ended, what it cost.
-- grain: task_id, task_type, feature, workflow

with costed as (
    select
        requests.day,
        tasks.outcome_source,
        tasks.outcome_at,
        tasks.started_on,
        costs.cost_usd,
        coalesce(tasks.task_id, '(no task)') as task_id,
        case
            when tasks.task_id is null then '(no task)' else coalesce(tasks.task_type, '(unattributed)')
        end as task_type,
        case
            when tasks.task_id is null then coalesce(requests.feature, '(unattributed)')
            else coalesce(tasks.feature, '(unattributed)')
        end as feature,
        case
            when tasks.task_id is null then coalesce(requests.workflow, '(unattributed)')
            else coalesce(tasks.workflow, '(unattributed)')
        end as workflow,
        coalesce(tasks.outcome, 'unknown') as outcome
    from core.requests as requests
    inner join core.request_costs as costs
        on requests.request_id = costs.request_id and requests.day = costs.day
    left join core.tasks as tasks
        on requests.task_id = tasks.task_id and requests.day = tasks.day
    where requests.day = $day
)

select
    day,
    task_id,
    task_type,
    feature,
    workflow,
    outcome,
    outcome_source,
    outcome_at,
    cast(max(case when started_on = day then 1 else 0 end) as bigint) as tasks,
    count(*) filter (where cost_usd is null) as unpriced_requests,
    cast(coalesce(sum(cost_usd), 0) as decimal(38, 12)) as cost_usd
from costed
group by day, task_id, task_type, feature, workflow, outcome, outcome_source, outcome_at
order by task_id, task_type, feature, workflow
