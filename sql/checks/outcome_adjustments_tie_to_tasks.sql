-- One row per kind of task of a closed day whose published outcomes and adjustments do not add up to those known.
-- grain: day, subject
-- severity: error

with parts as (
    select
        task_type,
        feature,
        workflow,
        case when outcome = 'success' then tasks else 0 end as succeeded,
        case when outcome = 'failure' then tasks else 0 end as failed,
        case when outcome = 'unknown' then tasks else 0 end as unknown,
        unpriced_requests as unpriced,
        case when outcome = 'success' then cost_usd else 0 end as succeeded_cost,
        case when outcome = 'failure' then cost_usd else 0 end as failed_cost,
        case when outcome = 'unknown' then cost_usd else 0 end as unknown_cost
    from steps.published_tasks
    union all
    select
        task_type,
        feature,
        workflow,
        added_succeeded as succeeded,
        added_failed as failed,
        added_unknown as unknown,
        unpriced_after - unpriced_before as unpriced,
        succeeded_amount_usd as succeeded_cost,
        failed_amount_usd as failed_cost,
        unknown_amount_usd as unknown_cost
    from core.outcome_adjustments
    where adjusted_day = $day
    union all
    select
        task_type,
        feature,
        workflow,
        case when outcome = 'success' then -tasks else 0 end as succeeded,
        case when outcome = 'failure' then -tasks else 0 end as failed,
        case when outcome = 'unknown' then -tasks else 0 end as unknown,
        -unpriced_requests as unpriced,
        case when outcome = 'success' then -cost_usd else 0 end as succeeded_cost,
        case when outcome = 'failure' then -cost_usd else 0 end as failed_cost,
        case when outcome = 'unknown' then -cost_usd else 0 end as unknown_cost
    from core.restated_tasks
),

summed as (
    select
        task_type,
        feature,
        workflow,
        sum(succeeded) as succeeded,
        sum(failed) as failed,
        sum(unknown) as unknown,
        sum(unpriced) as unpriced,
        sum(succeeded_cost) as succeeded_cost,
        sum(failed_cost) as failed_cost,
        sum(unknown_cost) as unknown_cost
    from parts
    group by task_type, feature, workflow
)

select
    $day as day,
    concat_ws(' / ', task_type, feature, workflow) as subject,
    concat(
        'published and adjusted less known: ',
        concat_ws(', ', succeeded, failed, unknown), ' tasks succeeded, failed, unknown; ',
        concat_ws(', ', succeeded_cost, failed_cost, unknown_cost), ' USD spent on them; ',
        unpriced, ' unpriced'
    ) as detail
from summed
where
    succeeded <> 0
    or failed <> 0
    or unknown <> 0
    or unpriced <> 0
    or succeeded_cost <> 0
    or failed_cost <> 0
    or unknown_cost <> 0
order by subject
