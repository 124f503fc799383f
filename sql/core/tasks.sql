-- One row per task and day on which it made requests, with how it ended as far as is known
-- grain: task_id, day
with
requests as (
    select
        request_id,
        task_id,
        workflow_run_id,
        trace_id,
        provider_response_id,
        session_id,
        coalesce(task_id = workflow_run_id, false) or coalesce(task_id = session_id, false) as is_default_task
    from core.requests
    where day = $day and task_id is not null
),

facts as (
    select
        task_id,
        arg_min(task_type, row(started_at, request_id)) filter (where task_type is not null) as task_type,
        arg_min(feature, row(started_at, request_id)) filter (where feature is not null) as feature,
        arg_min(workflow, row(started_at, request_id)) filter (where workflow is not null) as workflow,
        arg_min(customer_id, row(started_at, request_id)) filter (where customer_id is not null) as customer_id,
        arg_max(status, row(started_at, request_id)) in ('ok', 'cache_hit') as is_answered
    from core.requests
    where day = $day and task_id is not null
    group by task_id
),

earlier as (
    select
        task_id,
        min(day) as first_day
    from core.task_days
    where day >= $day - 31 and day < $day
    group by task_id
),

given_ids as (
    select
        request_id,
        request_id as given_id
    from core.sightings
    union all
    select
        request_id,
        substr(sighting_id, length(source_format) + 2) as given_id
    from core.sightings
    where source_format in ('requests', 'litellm')
),

-- The strongest key that finds a task decides. A statement that names a task reaches others by its
-- weaker keys only where their task is the run itself, so that no named task takes another's outcome.
candidates as (
    select
        s.statement_id,
        r.task_id,
        1 as strength
    from steps.outcome_statements as s
    inner join requests as r on s.task_id = r.task_id
    union
    select
        s.statement_id,
        r.task_id,
        2 as strength
    from steps.outcome_statements as s
    inner join given_ids as g on s.request_id = g.given_id
    inner join requests as r on g.request_id = r.request_id and (s.task_id is null or r.is_default_task)
    union
    select
        s.statement_id,
        r.task_id,
        3 as strength
    from steps.outcome_statements as s
    inner join requests as r
        on s.provider_response_id = r.provider_response_id and (s.task_id is null or r.is_default_task)
    union
    select
        s.statement_id,
        r.task_id,
        4 as strength
    from steps.outcome_statements as s
    inner join requests as r on s.workflow_run_id = r.workflow_run_id and (s.task_id is null or r.is_default_task)
    union
    select
        s.statement_id,
        r.task_id,
        5 as strength
    from steps.outcome_statements as s
    inner join requests as r on s.trace_id = r.trace_id and (s.task_id is null or r.is_default_task)
    union
    select
        s.statement_id,
        r.task_id,
        6 as strength
    from steps.outcome_statements as s
    inner join requests as r on s.session_id = r.session_id and s.session_id = r.task_id
),

strongest as (
    select
        statement_id,
        min(strength) as strength
    from candidates
    group by statement_id
),

stated as (
    select
        c.task_id,
        s.statement_rank,
        s.outcome,
        s.outcome_source,
        s.outcome_at,
        s.task_type,
        s.customer_id,
        s.human_cost_usd,
        s.tool_cost_usd,
        row_number() over (
            partition by c.task_id
            order by
                case when s.human_cost_usd is null and s.tool_cost_usd is null then 1 else 0 end asc,
                s.outcome_at desc nulls last,
                s.statement_id asc
        ) as cost_place,
        row_number() over (
            partition by c.task_id, s.statement_rank
            order by
                s.outcome_at desc nulls last,
                case s.outcome when 'failure' then 0 when 'success' then 1 else 2 end asc,
                s.statement_id asc
        ) as place
    from candidates as c
    inner join strongest as t on c.statement_id = t.statement_id and c.strength = t.strength
    inner join steps.outcome_statements as s on c.statement_id = s.statement_id
),

holding as (
    select
        task_id,
        outcome,
        outcome_source,
        outcome_at,
        task_type,
        customer_id,
        row_number() over (
            partition by task_id
            order by case when outcome = 'unknown' then 1 else 0 end asc, statement_rank asc
        ) as place
    from stated
    where place = 1
),

-- The latest statement that tells costs besides the models' holds for both.
spent as (
    select
        task_id,
        human_cost_usd,
        tool_cost_usd
    from stated
    where cost_place = 1
)

select
    f.task_id,
    $day as day,
    coalesce(f.task_type, h.task_type) as task_type,
    f.feature,
    f.workflow,
    coalesce(f.customer_id, h.customer_id) as customer_id,
    coalesce(e.first_day, $day) as started_on,
    coalesce(
        h.outcome,
        case
            when f.is_answered and silence_succeeds(f.task_type, $day) then 'success'
            else 'unknown'
        end
    ) as outcome,
    case
        when h.task_id is not null then h.outcome_source
        when f.is_answered and silence_succeeds(f.task_type, $day) then 'no_complaint'
    end as outcome_source,
    h.outcome_at,
    case when e.task_id is null then s.human_cost_usd end as human_cost_usd,
    case when e.task_id is null then s.tool_cost_usd end as tool_cost_usd
from facts as f
left join earlier as e on f.task_id = e.task_id
left join holding as h on f.task_id = h.task_id and h.place = 1
left join spent as s on f.task_id = s.task_id
order by f.task_id, day
