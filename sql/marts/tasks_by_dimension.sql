-- One row per UTC day, dimension, member and outcome: tasks that began on the day, with what they spent on it.
-- grain: day, dimension, member, outcome
with alike as (
    select
        feature,
        workflow,
        task_type,
        customer_id,
        model,
        prompt_name,
        prompt_version,
        outcome,
        sum(tasks) as tasks,
        sum(requests) as requests,
        sum(cost_usd) as cost_usd,
        sum(unpriced_requests) as unpriced_requests,
        count(*) filter (where human_cost_usd is not null or tool_cost_usd is not null) as other_cost_tasks,
        sum(human_cost_usd) as human_cost_usd,
        sum(tool_cost_usd) as tool_cost_usd
    from steps.begun_tasks
    group by feature, workflow, task_type, customer_id, model, prompt_name, prompt_version, outcome
),

dimensions as (
    select 'all' as dimension
    union all
    select 'feature' as dimension
    union all
    select 'workflow' as dimension
    union all
    select 'task_type' as dimension
    union all
    select 'model' as dimension
    union all
    select 'prompt_version' as dimension
    union all
    select 'customer_id' as dimension
),

placed as (
    select
        d.dimension,
        case d.dimension
            when 'all' then '(all)'
            when 'feature' then a.feature
            when 'workflow' then a.workflow
            when 'task_type' then a.task_type
            when 'model' then a.model
            when 'prompt_version' then concat(a.prompt_name, ' ', a.prompt_version)
            else a.customer_id
        end as member,
        a.outcome,
        a.tasks,
        a.requests,
        a.cost_usd,
        a.unpriced_requests,
        a.other_cost_tasks,
        a.human_cost_usd,
        a.tool_cost_usd
    from alike as a
    cross join dimensions as d
)

select
    $day as day,
    dimension,
    member,
    outcome,
    cast(sum(tasks) as bigint) as tasks,
    cast(sum(requests) as bigint) as requests,
    sum(cost_usd) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests,
    cast(sum(other_cost_tasks) as bigint) as other_cost_tasks,
    sum(human_cost_usd) as human_cost_usd,
    sum(tool_cost_usd) as tool_cost_usd
from placed
group by dimension, member, outcome
order by day, dimension, member, outcome
