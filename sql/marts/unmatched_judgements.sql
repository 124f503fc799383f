-- One row per source and UTC day of judgements: how many there are, and of how many no request is known
-- grain: source_format, day
-- view
with
observed as (
    select
        record_id,
        source_format,
        day,
        trace_id,
        session_id,
        observation_id
    from raw.langfuse_scores
    union all
    select
        record_id,
        source_format,
        day,
        trace_id,
        session_id,
        observation_id
    from raw.feedback
),

delivered as (
    select
        record_id,
        source_format,
        day,
        task_id,
        workflow_run_id,
        trace_id,
        provider_response_id,
        request_id,
        session_id,
        cast(null as varchar) as span_id
    from raw.outcomes
    union all
    select
        record_id,
        source_format,
        day,
        cast(null as varchar) as task_id,
        cast(null as varchar) as workflow_run_id,
        trace_id,
        cast(null as varchar) as provider_response_id,
        cast(null as varchar) as request_id,
        session_id,
        observation_id as span_id
    from observed
),

-- Spans by the trace they are in: a judged span need not be that of a call.
spans as (
    select
        span_id,
        trace_id
    from raw.otlp_json
    union all
    select
        span_id,
        trace_id
    from raw.openinference_parquet
    union all
    select
        span_id,
        trace_id
    from raw.mlflow
    union all
    select
        span_id,
        trace_id
    from raw.langsmith
),

keyed as (
    select
        d.record_id,
        'trace ' || coalesce(d.trace_id, s.trace_id) as judged_key
    from delivered as d
    left join spans as s on d.trace_id is null and d.span_id = s.span_id
    union
    select
        record_id,
        'task ' || task_id as judged_key
    from delivered
    union
    select
        record_id,
        'run ' || workflow_run_id as judged_key
    from delivered
    union
    select
        record_id,
        'answer ' || provider_response_id as judged_key
    from delivered
    union
    select
        record_id,
        'request ' || request_id as judged_key
    from delivered
    union
    select
        record_id,
        'session ' || session_id as judged_key
    from delivered
),

known as (
    select 'trace ' || trace_id as judged_key
    from core.requests
    union
    select 'task ' || task_id as judged_key
    from core.requests
    union
    select 'run ' || workflow_run_id as judged_key
    from core.requests
    union
    select 'answer ' || provider_response_id as judged_key
    from core.requests
    union
    select 'request ' || request_id as judged_key
    from core.requests
    union
    select 'request ' || regexp_extract(sighting_id, '^(?:requests|litellm):(.+)$', 1) as judged_key
    from core.sightings
    union
    select 'session ' || session_id as judged_key
    from core.requests
),

matched as (
    select distinct k.record_id
    from keyed as k
    inner join known as n on k.judged_key = n.judged_key
)

select
    d.source_format,
    d.day,
    count(*) as judgement_count,
    count(*) filter (where m.record_id is null) as unmatched_count
from delivered as d
left join matched as m on d.record_id = m.record_id
group by d.source_format, d.day
order by d.source_format, d.day
