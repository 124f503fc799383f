-- One row per task with all it cost, whenever it spent; requests of no task are added up by day and kind.
-- grain: started_on, task_id, feature, workflow, task_type, customer_id, provider, model, prompt_name, prompt_version
-- view
--
-- A task that used several models or prompts is counted under those that cost it most.
with shapes as (
    select
        task_id,
        case when task_id is null then day end as no_task_on,
        case when task_id is null then feature end as no_task_feature,
        case when task_id is null then workflow end as no_task_workflow,
        case when task_id is null then task_type end as no_task_type,
        case when task_id is null then customer_id end as no_task_customer_id,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(prompt_name, '(unattributed)') as prompt_name,
        coalesce(prompt_version, '(unattributed)') as prompt_version,
        count(*) as requests,
        sum(cost_usd) as known_cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        sum(cost_lower_bound_usd) as cost_lower_bound_usd,
        sum(cost_upper_bound_usd) as cost_upper_bound_usd,
        count(*) filter (where cost_upper_bound_usd is null) as unbounded_requests
    from marts.cost_per_request
    group by
        task_id,
        case when task_id is null then day end,
        case when task_id is null then feature end,
        case when task_id is null then workflow end,
        case when task_id is null then task_type end,
        case when task_id is null then customer_id end,
        provider,
        coalesce(model, '(unattributed)'),
        coalesce(prompt_name, '(unattributed)'),
        coalesce(prompt_version, '(unattributed)')
),

placed as (
    select
        *,
        case
            when task_id is null then 1
            else row_number() over (
                partition by task_id
                order by
                    known_cost_usd desc nulls last,
                    requests desc,
                    provider asc,
                    model asc,
                    prompt_name asc,
                    prompt_version asc
            )
        end as place
    from shapes
),

spend as (
    select
        task_id,
        min(provider) filter (where place = 1) as provider,
        min(model) filter (where place = 1) as model,
        min(prompt_name) filter (where place = 1) as prompt_name,
        min(prompt_version) filter (where place = 1) as prompt_version,
        cast(sum(requests) as bigint) as requests,
        sum(known_cost_usd) as known_cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        sum(cost_lower_bound_usd) as cost_lower_bound_usd,
        sum(cost_upper_bound_usd) as cost_upper_bound_usd,
        cast(sum(unbounded_requests) as bigint) as unbounded_requests
    from placed
    where task_id is not null
    group by task_id
),

judged as (
    select
        *,
        min(started_on) over (partition by task_id) as first_on,
        max(human_cost_usd) over (partition by task_id) as told_human_usd,
        max(tool_cost_usd) over (partition by task_id) as told_tool_usd,
        row_number() over (
            partition by task_id
            order by case when outcome = 'unknown' then 1 else 0 end asc, outcome_at desc nulls last, day desc
        ) as place
    from core.tasks
)

select
    judged.first_on as started_on,
    judged.task_id,
    coalesce(judged.feature, '(unattributed)') as feature,
    coalesce(judged.workflow, '(unattributed)') as workflow,
    coalesce(judged.task_type, '(unattributed)') as task_type,
    coalesce(judged.customer_id, '(unattributed)') as customer_id,
    spend.provider,
    spend.model,
    spend.prompt_name,
    spend.prompt_version,
    true as is_task,
    judged.outcome,
    judged.outcome_source,
    judged.outcome_at,
    spend.requests,
    coalesce(spend.known_cost_usd, 0) as cost_usd,
    spend.unpriced_requests,
    spend.cost_lower_bound_usd,
    spend.cost_upper_bound_usd,
    spend.unbounded_requests,
    judged.told_human_usd as human_cost_usd,
    judged.told_tool_usd as tool_cost_usd
from spend
inner join judged on spend.task_id = judged.task_id and judged.place = 1
union all
select
    no_task_on as started_on,
    '(no task)' as task_id,
    coalesce(no_task_feature, '(unattributed)') as feature,
    coalesce(no_task_workflow, '(unattributed)') as workflow,
    coalesce(no_task_type, '(unattributed)') as task_type,
    coalesce(no_task_customer_id, '(unattributed)') as customer_id,
    provider,
    model,
    prompt_name,
    prompt_version,
    false as is_task,
    'unknown' as outcome,
    null as outcome_source,
    null as outcome_at,
    requests,
    coalesce(known_cost_usd, 0) as cost_usd,
    unpriced_requests,
    cost_lower_bound_usd,
    cost_upper_bound_usd,
    unbounded_requests,
    null as human_cost_usd,
    null as tool_cost_usd
from placed
where task_id is null
order by
    started_on, task_id, feature, workflow, task_type, customer_id, provider, model, prompt_name, prompt_version
