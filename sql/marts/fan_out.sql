-- One row per month, workflow and stage: how many calls one user action makes there, and what they cost.
-- grain: month, workflow, stage
-- view
--
-- The days counted their own runs; a run that went on is taken out of its first day, and put in whole.
with carried as (
    select
        workflow_run_id,
        spent_on,
        request_id,
        workflow,
        stage,
        is_final_attempt,
        cost_usd,
        max(day) filter (where day = spent_on) as own_day
    from marts.carried_requests
    where workflow_run_id is not null
    group by workflow_run_id, spent_on, request_id, workflow, stage, is_final_attempt, cost_usd
),

-- Where no day's own part holds the requests, that day counted the run as one that began on it.
sides as (
    select
        1 as runs,
        *
    from carried
    union all
    select
        -1 as runs,
        *
    from carried
    where own_day is null
),

placed as (
    select
        runs,
        workflow_run_id,
        substr(cast(min(spent_on) over (partition by runs, workflow_run_id) as varchar), 1, 7) as month,
        coalesce(min(workflow) over (partition by runs, workflow_run_id), '(unattributed)') as workflow,
        stage,
        is_final_attempt,
        cost_usd
    from sides
    union all
    select
        runs,
        workflow_run_id,
        substr(cast(min(spent_on) over (partition by runs, workflow_run_id) as varchar), 1, 7) as month,
        coalesce(min(workflow) over (partition by runs, workflow_run_id), '(unattributed)') as workflow,
        '(all)' as stage,
        is_final_attempt,
        cost_usd
    from sides
),

counted as (
    select
        runs,
        month,
        workflow,
        stage,
        count(*) filter (where is_final_attempt) as calls,
        runs * count(*) as requests,
        runs * coalesce(sum(cost_usd), 0) as cost_usd,
        runs * (count(*) - count(cost_usd)) as unpriced_requests
    from placed
    group by runs, month, workflow, stage, workflow_run_id
    union all
    select
        runs,
        substr(cast(day as varchar), 1, 7) as month,
        workflow,
        stage,
        calls,
        requests,
        cost_usd,
        unpriced_requests
    from marts.runs_by_stage
),

alike as (
    select
        month,
        workflow,
        stage,
        calls,
        cast(sum(runs) as bigint) as runs,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from counted
    group by month, workflow, stage, calls
    having sum(runs) > 0
),

workflows as (
    select
        month,
        workflow,
        cast(sum(runs) as bigint) as runs
    from alike
    where stage = '(all)'
    group by month, workflow
),

stages as (
    select
        month,
        workflow,
        stage,
        cast(sum(calls * runs) as bigint) as calls,
        cast(sum(requests) as bigint) as requests,
        max(calls) as most_calls,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from alike
    where stage <> '(all)'
    group by month, workflow, stage
)

select
    stages.month,
    stages.workflow,
    stages.stage,
    workflows.runs,
    stages.calls,
    stages.requests,
    cast(decimal_division(stages.calls, workflows.runs, 6) as decimal(18, 6)) as calls_per_run,
    stages.most_calls,
    stages.cost_usd,
    stages.unpriced_requests,
    cast(decimal_division(
        cast(100 * stages.cost_usd as decimal(30, 12)),
        nullif(sum(stages.cost_usd) over (partition by stages.month, stages.workflow), 0),
        6
    ) as decimal(18, 6)) as share_of_workflow_pct
from stages
inner join workflows on stages.month = workflows.month and stages.workflow = workflows.workflow
order by stages.month, stages.workflow, stages.stage
