-- One row per UTC day, workflow, stage and number of calls: runs that began on the day and made so many calls there.
-- grain: day, workflow, stage, calls

with stages as (
    select
        workflow_run_id,
        stage,
        count(*) filter (where is_final_attempt) as calls,
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from marts.cost_per_request
    where day = $day and workflow_run_id is not null
    group by workflow_run_id, stage
),

begun as (
    select
        runs.workflow,
        coalesce(stages.stage, '(unattributed)') as stage,
        stages.calls,
        stages.requests,
        stages.cost_usd,
        stages.unpriced_requests
    from stages
    inner join marts.workflow_runs as runs on stages.workflow_run_id = runs.workflow_run_id
    where runs.day = $day and runs.is_started_here
    union all
    select
        workflow,
        '(all)' as stage,
        calls,
        requests,
        cost_usd,
        unpriced_requests
    from marts.workflow_runs
    where day = $day and is_started_here
)

select
    $day as day,
    workflow,
    stage,
    calls,
    count(*) as runs,
    cast(sum(requests) as bigint) as requests,
    sum(cost_usd) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests
from begun
group by workflow, stage, calls
order by day, workflow, stage, calls
