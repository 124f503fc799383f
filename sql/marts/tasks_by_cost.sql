-- One row per UTC day, feature, kind of task and cost of a success: tasks that began on the day and cost just that.
-- grain: day, feature, task_type, cost_step, success_cost_usd
--
-- Successes of which a request has no price, and other tasks, are added up in a row without a cost. The step is the
-- number of digits and the first two of the cost in trillionths of a USD, so that an order of costs is found by steps.
with tasks as (
    select
        feature,
        task_type,
        case when outcome = 'success' and unpriced_requests = 0 then cost_usd end as success_cost_usd,
        outcome,
        cost_usd,
        unpriced_requests
    from steps.begun_tasks
    where task_id is not null
),

alike as (
    select
        feature,
        task_type,
        success_cost_usd,
        cast(cast(success_cost_usd * 1000000000000 as decimal(38, 0)) as varchar) as trillionths,
        count(*) as tasks,
        count(*) filter (where outcome = 'success') as succeeded,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from tasks
    group by feature, task_type, success_cost_usd
)

select
    $day as day,
    feature,
    task_type,
    cast(100 * length(trillionths) + cast(substr(trillionths, 1, 2) as bigint) as bigint) as cost_step,
    success_cost_usd,
    tasks,
    succeeded,
    cost_usd,
    unpriced_requests
from alike
order by day, feature, task_type, cost_step, success_cost_usd
