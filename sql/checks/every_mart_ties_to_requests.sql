-- One row per mart whose requests, cost or unpriced requests differ from those of marts.cost_per_request.
-- grain: day, subject
-- severity: error

with truth as (
    select
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests
    from marts.cost_per_request
    where day = $day
),

told as (
    select
        'core.request_costs' as mart,
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests
    from core.request_costs
    where day = $day
    union all
    select
        'marts.cost_per_workflow' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_workflow
    where day = $day
    union all
    select
        'marts.cost_per_feature' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_feature
    where day = $day
    union all
    select
        'marts.customer_spend' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.customer_spend
    where day = $day
    union all
    select
        'marts.cost_per_stage' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_stage
    where day = $day
    union all
    select
        'marts.cost_per_user' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_user
    where day = $day
    union all
    select
        'marts.sampled_cost' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.sampled_cost
    where day = $day
    union all
    select
        'marts.cost_per_team' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_team
    where day = $day
    union all
    select
        'marts.cost_per_task_type' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_task_type
    where day = $day
    union all
    select
        'marts.cost_per_model' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_model
    where day = $day
    union all
    select
        'marts.cost_per_account' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_account
    where day = $day
    union all
    select
        'marts.cost_per_prompt_version' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_prompt_version
    where day = $day
    union all
    select
        'marts.cost_per_successful_task' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.cost_per_successful_task
    where day = $day
    union all
    select
        'marts.workflow_runs' as mart,
        coalesce(sum(requests), 0) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        coalesce(sum(unpriced_requests), 0) as unpriced_requests
    from marts.workflow_runs
    where day = $day
)

select
    $day as day,
    told.mart as subject,
    concat(
        'has ', told.requests, ' requests, ', told.cost_usd, ' USD, ', told.unpriced_requests, ' unpriced; ',
        'cost_per_request has ', truth.requests, ', ', truth.cost_usd, ', ', truth.unpriced_requests
    ) as detail
from told
cross join truth
where
    told.requests <> truth.requests
    or told.cost_usd <> truth.cost_usd
    or told.unpriced_requests <> truth.unpriced_requests
order by subject
