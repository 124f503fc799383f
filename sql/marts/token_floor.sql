-- One row per month, feature and kind of task: what a success costs at best, in the middle, and in truth.
-- grain: month, feature, task_type
-- view
--
-- The cost at a place in the order of costs is looked for in two passes: in which step of marts.tasks_by_cost it lies,
-- then among the costs of that step alone. A success of which a request has no price would pass for the cheapest: floor
-- and middle are of the others.
with carried as (
    select
        substr(cast(started_on as varchar), 1, 7) as month,
        feature,
        task_type,
        case when outcome = 'success' and unpriced_requests = 0 then cost_usd end as success_cost_usd,
        outcome,
        tasks,
        cost_usd,
        unpriced_requests
    from marts.carried_tasks
),

carried_costs as (
    select
        month,
        feature,
        task_type,
        100 * length(cast(cast(success_cost_usd * 1000000000000 as decimal(38, 0)) as varchar)) + cast(
            substr(cast(cast(success_cost_usd * 1000000000000 as decimal(38, 0)) as varchar), 1, 2) as bigint
        ) as cost_step,
        success_cost_usd,
        sum(tasks) as tasks,
        coalesce(sum(tasks) filter (where outcome = 'success'), 0) as succeeded,
        sum(tasks * cost_usd) as cost_usd,
        sum(tasks * unpriced_requests) as unpriced_requests
    from carried
    group by month, feature, task_type, success_cost_usd
),

day_steps as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        task_type,
        cost_step,
        sum(tasks) as tasks,
        sum(succeeded) as succeeded,
        sum(cost_usd) as cost_usd,
        sum(unpriced_requests) as unpriced_requests
    from marts.tasks_by_cost
    group by substr(cast(day as varchar), 1, 7), feature, task_type, cost_step
    union all
    select
        month,
        feature,
        task_type,
        cost_step,
        tasks,
        succeeded,
        cost_usd,
        unpriced_requests
    from carried_costs
),

steps as (
    select
        month,
        feature,
        task_type,
        cost_step,
        cast(sum(tasks) as bigint) as tasks,
        cast(sum(succeeded) as bigint) as succeeded,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from day_steps
    group by month, feature, task_type, cost_step
),

summed as (
    select
        month,
        feature,
        task_type,
        cast(sum(tasks) as bigint) as tasks,
        cast(sum(succeeded) as bigint) as succeeded,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        (cast(coalesce(sum(tasks) filter (where cost_step is not null), 0) as bigint) + 9) // 10 as cheapest_tasks,
        (cast(coalesce(sum(tasks) filter (where cost_step is not null), 0) as bigint) + 1) // 2 as middle_place
    from steps
    group by month, feature, task_type
    having sum(tasks) > 0
),

climbed as (
    select
        steps.month,
        steps.feature,
        steps.task_type,
        steps.cost_step,
        summed.cheapest_tasks,
        summed.middle_place,
        cast(sum(steps.tasks) over (
            partition by steps.month, steps.feature, steps.task_type order by steps.cost_step asc
        ) as bigint) as upto_tasks,
        cast(sum(steps.tasks) over (
            partition by steps.month, steps.feature, steps.task_type order by steps.cost_step asc
        ) as bigint) - steps.tasks as below_tasks,
        sum(steps.cost_usd) over (
            partition by steps.month, steps.feature, steps.task_type order by steps.cost_step asc
        ) - steps.cost_usd as below_usd
    from steps
    inner join summed
        on steps.month = summed.month and steps.feature = summed.feature and steps.task_type = summed.task_type
    where steps.cost_step is not null
),

held as (
    select *
    from climbed
    where
        (below_tasks < cheapest_tasks and cheapest_tasks <= upto_tasks)
        or (below_tasks < middle_place and middle_place <= upto_tasks)
),

day_costs as (
    select
        held.month,
        held.feature,
        held.task_type,
        held.cost_step,
        t.success_cost_usd,
        t.tasks
    from marts.tasks_by_cost as t
    inner join held
        on
            t.cost_step = held.cost_step
            and t.feature = held.feature
            and t.task_type = held.task_type
            and substr(cast(t.day as varchar), 1, 7) = held.month
    union all
    select
        month,
        feature,
        task_type,
        cost_step,
        success_cost_usd,
        tasks
    from carried_costs
    where cost_step is not null
),

costs as (
    select
        month,
        feature,
        task_type,
        cost_step,
        success_cost_usd,
        cast(sum(tasks) as bigint) as tasks
    from day_costs
    group by month, feature, task_type, cost_step, success_cost_usd
),

placed as (
    select
        held.month,
        held.feature,
        held.task_type,
        held.cheapest_tasks,
        held.middle_place,
        held.below_tasks,
        held.below_usd,
        costs.success_cost_usd,
        costs.tasks,
        held.below_tasks + cast(sum(costs.tasks) over (
            partition by held.month, held.feature, held.task_type, held.cost_step
            order by costs.success_cost_usd asc
        ) as bigint) as upto_tasks
    from held
    inner join costs
        on
            held.month = costs.month
            and held.feature = costs.feature
            and held.task_type = costs.task_type
            and held.cost_step = costs.cost_step
),

found as (
    select
        month,
        feature,
        task_type,
        sum(
            success_cost_usd * least(tasks, cheapest_tasks - upto_tasks + tasks)
        ) filter (where below_tasks < cheapest_tasks and upto_tasks - tasks < cheapest_tasks)
        + max(below_usd) filter (where below_tasks < cheapest_tasks) as cheapest_usd,
        min(success_cost_usd) filter (where upto_tasks >= middle_place) as median_usd
    from placed
    group by month, feature, task_type
),

measured as (
    select
        summed.month,
        summed.feature,
        summed.task_type,
        summed.tasks,
        summed.succeeded,
        summed.cost_usd,
        summed.unpriced_requests,
        summed.cheapest_tasks,
        found.cheapest_usd,
        found.median_usd
    from summed
    left join found
        on summed.month = found.month and summed.feature = found.feature and summed.task_type = found.task_type
),

priced as (
    select
        *,
        case when cost_usd > 0 or unpriced_requests = 0 then cost_usd end as priced_usd
    from measured
)

select
    month,
    feature,
    task_type,
    tasks,
    succeeded,
    cost_usd,
    unpriced_requests,
    decimal_division(cheapest_usd, nullif(cheapest_tasks, 0), 12) as floor_usd,
    median_usd as median_success_usd,
    decimal_division(priced_usd, nullif(succeeded, 0), 12) as viable_price_usd,
    cast(decimal_division(
        cast(5 * priced_usd as decimal(30, 12)), nullif(succeeded, 0), 12
    ) as decimal(38, 12)) as price_at_80_pct_margin_usd
from priced
order by month, feature, task_type
