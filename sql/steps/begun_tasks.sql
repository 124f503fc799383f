-- One row per task that began on the day with what it spent on it; requests of no task are added up by kind.
-- grain: task_id, feature, workflow, task_type, customer_id, model, prompt_name, prompt_version
--
-- A task that used several models or prompts is counted under those that cost it most, as in marts.task_costs. Numbers
-- stand for the four names of a shape, since grouping by the names took three times as long.
with requests as (
    select
        r.task_id,
        s.shape_no,
        r.feature,
        r.workflow,
        r.task_type,
        r.customer_id,
        r.cost_usd
    from marts.cost_per_request as r
    inner join steps.task_shapes as s
        on
            r.provider = s.provider
            and coalesce(r.model, '(unattributed)') = s.model
            and coalesce(r.prompt_name, '(unattributed)') = s.prompt_name
            and coalesce(r.prompt_version, '(unattributed)') = s.prompt_version
    where r.day = $day
),

shapes as (
    select
        task_id,
        shape_no,
        count(*) as requests,
        sum(cost_usd) as known_cost_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from requests
    where task_id is not null
    group by task_id, shape_no
),

spend as (
    select
        task_id,
        arg_min(
            shape_no,
            row(
                case when known_cost_usd is null then 1 else 0 end,
                -coalesce(known_cost_usd, 0),
                -requests,
                shape_no
            )
        ) as shape_no,
        cast(sum(requests) as bigint) as requests,
        coalesce(sum(known_cost_usd), 0) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from shapes
    group by task_id
),

placed as (
    select
        t.task_id,
        t.feature,
        t.workflow,
        t.task_type,
        t.customer_id,
        spend.shape_no,
        t.outcome,
        1 as tasks,
        spend.requests,
        spend.cost_usd,
        spend.unpriced_requests,
        t.human_cost_usd,
        t.tool_cost_usd
    from core.tasks as t
    inner join spend on t.task_id = spend.task_id
    where t.day = $day and t.started_on = $day
    union all
    select
        null as task_id,
        feature,
        workflow,
        task_type,
        customer_id,
        shape_no,
        'unknown' as outcome,
        0 as tasks,
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) - count(cost_usd) as unpriced_requests,
        null as human_cost_usd,
        null as tool_cost_usd
    from requests
    where task_id is null
    group by feature, workflow, task_type, customer_id, shape_no
)

select
    placed.task_id,
    coalesce(placed.feature, '(unattributed)') as feature,
    coalesce(placed.workflow, '(unattributed)') as workflow,
    coalesce(placed.task_type, '(unattributed)') as task_type,
    coalesce(placed.customer_id, '(unattributed)') as customer_id,
    shapes.model,
    shapes.prompt_name,
    shapes.prompt_version,
    placed.outcome,
    placed.tasks,
    placed.requests,
    placed.cost_usd,
    placed.unpriced_requests,
    placed.human_cost_usd,
    placed.tool_cost_usd
from placed
inner join steps.task_shapes as shapes on placed.shape_no = shapes.shape_no
