-- One row per UTC day, kind of task, feature and workflow: tasks by outcome and what a success costs.
-- grain: day, task_type, feature, workflow

with tasks as (
    select
        day,
        task_id,
        coalesce(task_type, '(unattributed)') as task_type,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        started_on,
        outcome
    from core.tasks
    where day = $day
),

started as (
    select
        day,
        task_type,
        feature,
        workflow,
        count(*) as tasks,
        count(*) filter (where outcome = 'success') as succeeded,
        count(*) filter (where outcome = 'failure') as failed,
        count(*) filter (where outcome = 'unknown') as unknown
    from tasks
    where started_on = day
    group by day, task_type, feature, workflow
),

costed as (
    select
        requests.day,
        case when tasks.task_id is null then '(no task)' else tasks.task_type end as task_type,
        coalesce(tasks.feature, requests.feature, '(unattributed)') as feature,
        coalesce(tasks.workflow, requests.workflow, '(unattributed)') as workflow,
        requests.cost_usd,
        tasks.outcome
    from marts.cost_per_request as requests
    left join tasks
        on requests.task_id = tasks.task_id and requests.day = tasks.day
    where requests.day = $day
),

spend as (
    select
        day,
        task_type,
        feature,
        workflow,
        count(*) as requests,
        sum(cost_usd) as known_cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        sum(cost_usd) filter (where outcome = 'success') as cost_of_succeeded_usd,
        sum(cost_usd) filter (where outcome = 'failure') as cost_of_failed_usd,
        sum(cost_usd) filter (where outcome is null or outcome = 'unknown') as cost_of_unknown_usd
    from costed
    group by day, task_type, feature, workflow
)

select
    coalesce(spend.day, started.day) as day,
    coalesce(spend.task_type, started.task_type) as task_type,
    coalesce(spend.feature, started.feature) as feature,
    coalesce(spend.workflow, started.workflow) as workflow,
    coalesce(started.tasks, 0) as tasks,
    coalesce(started.succeeded, 0) as succeeded,
    coalesce(started.failed, 0) as failed,
    coalesce(started.unknown, 0) as unknown,
    cast(decimal_division(
        100 * started.succeeded, nullif(started.succeeded + started.failed, 0), 6
    ) as decimal(18, 6)) as success_rate_pct,
    coalesce(spend.requests, 0) as requests,
    coalesce(spend.known_cost_usd, 0) as cost_usd,
    coalesce(spend.unpriced_requests, 0) as unpriced_requests,
    coalesce(spend.cost_of_succeeded_usd, 0) as cost_of_succeeded_usd,
    coalesce(spend.cost_of_failed_usd, 0) as cost_of_failed_usd,
    coalesce(spend.cost_of_unknown_usd, 0) as cost_of_unknown_usd,
    case
        when spend.known_cost_usd > 0 or spend.unpriced_requests = 0
            then decimal_division(spend.known_cost_usd, nullif(started.succeeded, 0), 12)
    end as cost_per_successful_task_usd
from spend
full outer join started
    on
        spend.day = started.day
        and spend.task_type = started.task_type
        and spend.feature = started.feature
        and spend.workflow = started.workflow
order by
    coalesce(spend.day, started.day),
    coalesce(spend.task_type, started.task_type),
    coalesce(spend.feature, started.feature),
    coalesce(spend.workflow, started.workflow)
