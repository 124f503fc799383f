-- One row per statement about how a task ended, from outcomes files, traces and scores
-- grain: statement_id
with
delivered as (
    select
        'file:' || record_id as statement_id,
        1 as statement_rank,
        task_id,
        workflow_run_id,
        trace_id,
        provider_response_id,
        request_id,
        session_id,
        outcome,
        outcome_source,
        judged_at as outcome_at,
        task_type,
        customer_id,
        human_cost_usd,
        tool_cost_usd
    from raw.outcomes
),

spans as (
    select * replace (filled(attributes) as attributes)
    from raw.spans
),

traced as (
    select
        record_id,
        trace_id,
        case when record_kind = 'span' then trace_id || ':' || span_id end as workflow_run_id,
        attr_task_id(attributes) as task_id,
        attr_response_id(attributes) as provider_response_id,
        cast(null as varchar) as session_id,
        coalesce(ended_at, started_at) as outcome_at,
        attr_task_type(attributes) as task_type,
        attr_customer_id(attributes) as customer_id,
        lower(attr_evaluation_name(attributes)) as evaluation_name,
        lower(attr_evaluation_label(attributes)) as evaluation_label,
        try_cast(attr_evaluation_score(attributes) as decimal(38, 12)) as evaluation_score,
        lower(attr_task_status(attributes)) as task_status,
        lower(attr_task_outcome(attributes)) as task_outcome
    from spans
),

-- What call logs keep of feedback on a run. Only such rows are unfolded.
fed_back as (
    select
        record_id,
        trace_id,
        trace_id || ':' || span_id as workflow_run_id,
        provider_response_id,
        coalesce(ended_at, started_at) as outcome_at,
        source_format,
        map_entries(judgements) as judgements
    from raw.call_logs
    where judgements is not null
),

rated as (
    select
        * exclude (judgements),
        unnest(judgements) as judgement
    from fed_back
),

newest_scores as (
    select
        *,
        row_number() over (
            partition by source_format, score_id
            order by version desc nulls last, record_id asc
        ) as place
    from raw.scores
),

-- A judgement may name its span and not the trace.
lost_spans as (
    select distinct observation_id
    from newest_scores
    where trace_id is null and observation_id is not null
),

found_spans as (
    select
        s.span_id,
        min(s.trace_id) as trace_id
    from (
        select
            span_id,
            trace_id
        from raw.spans
        union all
        select
            span_id,
            trace_id
        from raw.call_logs
    ) as s
    inner join lost_spans as l on s.span_id = l.observation_id
    group by s.span_id
    having min(s.trace_id) = max(s.trace_id)
),

scored as (
    select
        n.* exclude (trace_id),
        coalesce(n.trace_id, f.trace_id) as trace_id
    from newest_scores as n
    left join found_spans as f on n.observation_id = f.span_id
    where n.place = 1
),

evaluated as (
    select
        *,
        'gen_ai.evaluation.result' as outcome_source
    from traced
    where evaluation_label is not null or evaluation_score is not null
    union all
    select
        record_id,
        trace_id,
        trace_id || ':' || observation_id as workflow_run_id,
        cast(null as varchar) as task_id,
        cast(null as varchar) as provider_response_id,
        session_id,
        judged_at as outcome_at,
        cast(null as varchar) as task_type,
        cast(null as varchar) as customer_id,
        lower(score_name) as evaluation_name,
        case when data_type in ('CATEGORICAL', 'FEEDBACK') then lower(label) end as evaluation_label,
        case when data_type in ('BOOLEAN', 'NUMERIC', 'FEEDBACK') then score end as evaluation_score,
        cast(null as varchar) as task_status,
        cast(null as varchar) as task_outcome,
        case when source_format = 'langfuse_scores' then 'langfuse_score' else source_format end as outcome_source
    from scored
    union all
    select
        record_id || ':' || judgement.key as record_id,
        trace_id,
        workflow_run_id,
        cast(null as varchar) as task_id,
        provider_response_id,
        cast(null as varchar) as session_id,
        outcome_at,
        cast(null as varchar) as task_type,
        cast(null as varchar) as customer_id,
        lower(judgement.key) as evaluation_name,
        case when try_cast(judgement.value as decimal(38, 12)) is null then lower(judgement.value) end
            as evaluation_label,
        try_cast(judgement.value as decimal(38, 12)) as evaluation_score,
        cast(null as varchar) as task_status,
        cast(null as varchar) as task_outcome,
        source_format || '_feedback' as outcome_source
    from rated
),

worded as (
    select
        * exclude (outcome_source),
        2 as statement_rank,
        coalesce(
            case score_passes(evaluation_name, evaluation_score) when true then 'success' when false then 'failure' end,
            evaluation_label,
            case
                when regexp_extract(evaluation_name, '(task|success|resol|goal)', 1) = '' then null
                when evaluation_score = 1 then 'success'
                when evaluation_score = 0 then 'failure'
            end
        ) as word,
        outcome_source
    from evaluated
    union all
    select
        *,
        3 as statement_rank,
        task_status as word,
        'gen_ai.task.status' as outcome_source
    from traced
    where task_status is not null
    union all
    select
        *,
        4 as statement_rank,
        task_outcome as word,
        'attribute' as outcome_source
    from traced
    where task_outcome is not null
),

understood as (
    select
        *,
        case
            when label_outcome(word) is not null then label_outcome(word)
            when
                word in ('success', 'succeeded', 'successful', 'true', 'yes', 'pass', 'passed', 'resolved')
                or word in ('solved', 'correct', 'ok', '1', '1.0', 'completed', 'complete')
                then 'success'
            when
                word in ('failure', 'failed', 'fail', 'false', 'no', 'unresolved', 'unsolved', 'incorrect')
                or word in ('error', '0', '0.0')
                then 'failure'
            when word in ('unknown', 'pending', 'undecided') then 'unknown'
        end as outcome
    from worded
)

select
    task_id,
    workflow_run_id,
    trace_id,
    provider_response_id,
    request_id,
    session_id,
    statement_id,
    statement_rank,
    outcome,
    outcome_source,
    outcome_at,
    task_type,
    customer_id,
    human_cost_usd,
    tool_cost_usd
from delivered
union all
select
    task_id,
    workflow_run_id,
    trace_id,
    provider_response_id,
    cast(null as varchar) as request_id,
    session_id,
    record_id || ':' || statement_rank as statement_id,
    statement_rank,
    outcome,
    outcome_source,
    outcome_at,
    task_type,
    customer_id,
    cast(null as decimal(38, 12)) as human_cost_usd,
    cast(null as decimal(38, 12)) as tool_cost_usd
from understood
where outcome is not null
order by statement_id
