-- One row per task that went on past its first day, as it was on that day, to be taken out, and as it is, to be put in.
-- grain: task_id, started_on, tasks
-- view
with requests as (
    select
        task_id,
        spent_on,
        request_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        cost_usd,
        task_feature,
        task_workflow,
        task_type,
        task_customer_id,
        outcome,
        outcome_at,
        human_cost_usd,
        tool_cost_usd,
        max(day) filter (where day = spent_on) as own_day
    from marts.carried_requests
    where task_id is not null
    group by
        task_id,
        spent_on,
        request_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        cost_usd,
        task_feature,
        task_workflow,
        task_type,
        task_customer_id,
        outcome,
        outcome_at,
        human_cost_usd,
        tool_cost_usd
),

-- Where no day's own part holds the requests, that day counted the task as one that began on it.
sides as (
    select
        1 as tasks,
        *
    from requests
    union all
    select
        -1 as tasks,
        *
    from requests
    where own_day is null
),

shapes as (
    select
        tasks,
        task_id,
        provider,
        model,
        prompt_name,
        prompt_version,
        count(*) as requests,
        sum(cost_usd) as known_cost_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from sides
    group by tasks, task_id, provider, model, prompt_name, prompt_version
),

placed as (
    select
        *,
        row_number() over (
            partition by tasks, task_id
            order by
                known_cost_usd desc nulls last,
                requests desc,
                provider asc,
                model asc,
                prompt_name asc,
                prompt_version asc
        ) as place
    from shapes
),

spend as (
    select
        tasks,
        task_id,
        min(model) filter (where place = 1) as model,
        min(prompt_name) filter (where place = 1) as prompt_name,
        min(prompt_version) filter (where place = 1) as prompt_version,
        cast(sum(requests) as bigint) as requests,
        sum(known_cost_usd) as known_cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from placed
    group by tasks, task_id
),

judged as (
    select
        *,
        min(spent_on) over (partition by tasks, task_id) as started_on,
        max(human_cost_usd) over (partition by tasks, task_id) as told_human_usd,
        max(tool_cost_usd) over (partition by tasks, task_id) as told_tool_usd,
        row_number() over (
            partition by tasks, task_id
            order by
                case when outcome = 'unknown' then 1 else 0 end asc,
                outcome_at desc nulls last,
                spent_on desc,
                request_id asc
        ) as place
    from sides
)

select
    judged.task_id,
    judged.started_on,
    cast(judged.tasks as bigint) as tasks,
    coalesce(judged.task_feature, '(unattributed)') as feature,
    coalesce(judged.task_workflow, '(unattributed)') as workflow,
    coalesce(judged.task_type, '(unattributed)') as task_type,
    coalesce(judged.task_customer_id, '(unattributed)') as customer_id,
    spend.model,
    spend.prompt_name,
    spend.prompt_version,
    judged.outcome,
    spend.requests,
    coalesce(spend.known_cost_usd, 0) as cost_usd,
    spend.unpriced_requests,
    judged.told_human_usd as human_cost_usd,
    judged.told_tool_usd as tool_cost_usd
from judged
inner join spend on judged.tasks = spend.tasks and judged.task_id = spend.task_id
where judged.place = 1
order by judged.task_id, judged.started_on, judged.tasks
