-- One row per month, kind of task, feature and workflow: tasks by outcome and a success's cost, by what is known now
-- grain: month, task_type, feature, workflow
-- view
with amounts as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        task_type,
        feature,
        workflow,
        succeeded as booked_succeeded,
        unpriced_requests as booked_unpriced_requests,
        cost_usd as booked_cost_usd,
        succeeded,
        failed,
        unknown,
        unpriced_requests,
        cost_of_succeeded_usd,
        cost_of_failed_usd,
        cost_of_unknown_usd
    from marts.cost_per_successful_task
    union all
    select
        month,
        task_type,
        feature,
        workflow,
        0 as booked_succeeded,
        0 as booked_unpriced_requests,
        0 as booked_cost_usd,
        added_succeeded as succeeded,
        added_failed as failed,
        added_unknown as unknown,
        unpriced_after - unpriced_before as unpriced_requests,
        succeeded_amount_usd as cost_of_succeeded_usd,
        failed_amount_usd as cost_of_failed_usd,
        unknown_amount_usd as cost_of_unknown_usd
    from core.outcome_adjustments
),

summed as (
    select
        month,
        task_type,
        feature,
        workflow,
        cast(sum(booked_succeeded) as bigint) as booked_succeeded,
        cast(sum(booked_unpriced_requests) as bigint) as booked_unpriced_requests,
        cast(sum(booked_cost_usd) as decimal(38, 12)) as booked_cost_usd,
        cast(sum(succeeded) as bigint) as succeeded,
        cast(sum(failed) as bigint) as failed,
        cast(sum(unknown) as bigint) as unknown,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        cast(sum(cost_of_succeeded_usd) as decimal(38, 12)) as cost_of_succeeded_usd,
        cast(sum(cost_of_failed_usd) as decimal(38, 12)) as cost_of_failed_usd,
        cast(sum(cost_of_unknown_usd) as decimal(38, 12)) as cost_of_unknown_usd
    from amounts
    group by month, task_type, feature, workflow
),

totalled as (
    select
        *,
        cast(cost_of_succeeded_usd + cost_of_failed_usd + cost_of_unknown_usd as decimal(38, 12)) as cost_usd
    from summed
)

select
    month,
    task_type,
    feature,
    workflow,
    booked_succeeded,
    booked_cost_usd,
    case
        when booked_cost_usd > 0 or booked_unpriced_requests = 0
            then decimal_division(booked_cost_usd, nullif(booked_succeeded, 0), 12)
    end as booked_cost_per_successful_task_usd,
    succeeded + failed + unknown as tasks,
    succeeded,
    failed,
    unknown,
    cast(decimal_division(
        100 * succeeded, nullif(succeeded + failed, 0), 6
    ) as decimal(18, 6)) as success_rate_pct,
    cost_usd,
    unpriced_requests,
    cost_of_succeeded_usd,
    cost_of_failed_usd,
    cost_of_unknown_usd,
    case
        when cost_usd > 0 or unpriced_requests = 0 then decimal_division(cost_usd, nullif(succeeded, 0), 12)
    end as cost_per_successful_task_usd
from totalled
order by month, task_type, feature, workflow
