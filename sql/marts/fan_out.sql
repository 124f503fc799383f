-- One row per month, workflow and stage: how many calls one user action makes there, and what they cost.
-- grain: month, workflow, stage
-- view
with runs as (
    select
        substr(cast(min(day) over (partition by workflow_run_id) as varchar), 1, 7) as month,
        workflow_run_id,
        coalesce(min(workflow) over (partition by workflow_run_id), '(unattributed)') as workflow,
        coalesce(stage, '(unattributed)') as stage,
        is_final_attempt,
        cost_usd
    from marts.cost_per_request
    where workflow_run_id is not null
),

stages as (
    select
        month,
        workflow,
        stage,
        workflow_run_id,
        count(*) filter (where is_final_attempt) as calls,
        count(*) as requests,
        sum(cost_usd) as cost_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from runs
    group by month, workflow, stage, workflow_run_id
),

workflows as (
    select
        month,
        workflow,
        count(distinct workflow_run_id) as runs
    from stages
    group by month, workflow
)

select
    stages.month,
    stages.workflow,
    stages.stage,
    workflows.runs,
    cast(sum(stages.calls) as bigint) as calls,
    cast(sum(stages.requests) as bigint) as requests,
    cast(decimal_division(cast(sum(stages.calls) as bigint), workflows.runs, 6) as decimal(18, 6)) as calls_per_run,
    max(stages.calls) as most_calls,
    coalesce(sum(stages.cost_usd), 0) as cost_usd,
    cast(sum(stages.unpriced_requests) as bigint) as unpriced_requests,
    cast(decimal_division(
        cast(100 * coalesce(sum(stages.cost_usd), 0) as decimal(30, 12)),
        nullif(sum(sum(stages.cost_usd)) over (partition by stages.month, stages.workflow), 0),
        6
    ) as decimal(18, 6)) as share_of_workflow_pct
from stages
inner join workflows on stages.month = workflows.month and stages.workflow = workflows.workflow
group by stages.month, stages.workflow, stages.stage, workflows.runs
order by month, workflow, stage
