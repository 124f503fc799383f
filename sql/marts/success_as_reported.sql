-- One row per month, kind of task, feature and workflow: tasks by outcome and a success's cost, as the books say
-- grain: month, task_type, feature, workflow
-- view
with amounts as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        task_type,
        feature,
        workflow,
        succeeded,
        failed,
        unknown,
        unpriced_requests,
        cost_usd,
        cost_of_succeeded_usd,
        cost_of_failed_usd,
        cost_of_unknown_usd,
        0 as adjusted_succeeded,
        0 as adjusted_failed,
        0 as adjusted_unknown,
        0 as succeeded_adjustment_usd,
        0 as failed_adjustment_usd,
        0 as unknown_adjustment_usd
    from marts.cost_per_successful_task
    union all
    select
        substr(cast(day as varchar), 1, 7) as month,
        task_type,
        feature,
        workflow,
        0 as succeeded,
        0 as failed,
        0 as unknown,
        0 as unpriced_requests,
        0 as cost_usd,
        0 as cost_of_succeeded_usd,
        0 as cost_of_failed_usd,
        0 as cost_of_unknown_usd,
        added_succeeded as adjusted_succeeded,
        added_failed as adjusted_failed,
        added_unknown as adjusted_unknown,
        succeeded_amount_usd as succeeded_adjustment_usd,
        failed_amount_usd as failed_adjustment_usd,
        unknown_amount_usd as unknown_adjustment_usd
    from core.outcome_adjustments
),

summed as (
    select
        month,
        task_type,
        feature,
        workflow,
        cast(sum(succeeded) as bigint) as succeeded,
        cast(sum(failed) as bigint) as failed,
        cast(sum(unknown) as bigint) as unknown,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        cast(sum(cost_usd) as decimal(38, 12)) as cost_usd,
        cast(sum(cost_of_succeeded_usd) as decimal(38, 12)) as cost_of_succeeded_usd,
        cast(sum(cost_of_failed_usd) as decimal(38, 12)) as cost_of_failed_usd,
        cast(sum(cost_of_unknown_usd) as decimal(38, 12)) as cost_of_unknown_usd,
        cast(sum(adjusted_succeeded) as bigint) as adjusted_succeeded,
        cast(sum(adjusted_failed) as bigint) as adjusted_failed,
        cast(sum(adjusted_unknown) as bigint) as adjusted_unknown,
        cast(sum(succeeded_adjustment_usd) as decimal(38, 12)) as succeeded_adjustment_usd,
        cast(sum(failed_adjustment_usd) as decimal(38, 12)) as failed_adjustment_usd,
        cast(sum(unknown_adjustment_usd) as decimal(38, 12)) as unknown_adjustment_usd
    from amounts
    group by month, task_type, feature, workflow
)

select
    month,
    task_type,
    feature,
    workflow,
    succeeded + failed + unknown as tasks,
    succeeded,
    failed,
    unknown,
    cost_usd,
    unpriced_requests,
    cost_of_succeeded_usd,
    cost_of_failed_usd,
    cost_of_unknown_usd,
    case
        when cost_usd > 0 or unpriced_requests = 0 then decimal_division(cost_usd, nullif(succeeded, 0), 12)
    end as cost_per_successful_task_usd,
    adjusted_succeeded,
    adjusted_failed,
    adjusted_unknown,
    succeeded_adjustment_usd,
    failed_adjustment_usd,
    unknown_adjustment_usd
from summed
order by month, task_type, feature, workflow
