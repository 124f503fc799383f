-- One row per dimension that more than 5 % of the day's requests do not name.
-- grain: day, subject
-- severity: warn

with counted as (
    select
        count(*) as requests,
        count(*) filter (where feature is null) as no_feature,
        count(*) filter (where workflow is null) as no_workflow,
        count(*) filter (where customer_id is null) as no_customer_id,
        count(*) filter (where task_type is null) as no_task_type
    from marts.cost_per_request
    where day = $day
),

listed as (
    select
        'feature' as dimension,
        requests,
        no_feature as unattributed
    from counted
    union all
    select
        'workflow' as dimension,
        requests,
        no_workflow as unattributed
    from counted
    union all
    select
        'customer_id' as dimension,
        requests,
        no_customer_id as unattributed
    from counted
    union all
    select
        'task_type' as dimension,
        requests,
        no_task_type as unattributed
    from counted
)

select
    $day as day,
    dimension as subject,
    concat(unattributed, ' of ', requests, ' requests are (unattributed)') as detail
from listed
where 20 * unattributed > requests
order by subject
