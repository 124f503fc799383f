-- One row per delivered span of an MLflow trace, told as OTLP/JSON
-- grain: source_line, record
with
delivered as (
    select
        source_line,
        cast(record as json) as record
    from raw.staged
),

-- A row of search_traces holds its spans as JSON text.
traces as (
    select
        source_line,
        record,
        coalesce(
            told_json(record -> '$.data.spans'),
            told_json(record -> '$.spans'),
            told_json(told_json(record -> '$.trace') -> '$.data.spans'),
            told_json(record -> '$.trace_data.spans')
        ) as span_list,
        coalesce(
            told_json(record -> '$.info.trace_metadata'),
            told_json(record -> '$.trace_metadata'),
            told_json(record -> '$.info.request_metadata'),
            told_json(record -> '$.request_metadata'),
            told_json(told_json(record -> '$.trace') -> '$.info.trace_metadata')
        ) as metadata,
        coalesce(
            told_json(record -> '$.info.tags'), told_json(record -> '$.tags'),
            told_json(told_json(record -> '$.trace') -> '$.info.tags')
        ) as tags,
        coalesce(
            told_json(record -> '$.info.assessments'), told_json(record -> '$.assessments'),
            told_json(told_json(record -> '$.trace') -> '$.info.assessments')
        ) as assessments
    from delivered
),

spans as (
    select
        source_line,
        metadata,
        tags,
        unnest(case
            when json_type(span_list) = 'ARRAY' then from_json(span_list, '["JSON"]')
            else [record]
        end) as span
    from traces
),

named as (
    select
        source_line,
        row_number() over () as span_no,
        span,
        metadata,
        tags,
        coalesce(span ->> '$.context.trace_id', span ->> '$.trace_id') as trace_id,
        coalesce(span ->> '$.context.span_id', span ->> '$.span_id') as span_id,
        nullif(coalesce(span ->> '$.parent_id', span ->> '$.parent_span_id'), '') as parent_id,
        told_json(span -> 'attributes') as attributes
    from spans
),

-- Attribute values are JSON in text; what is no JSON is taken as it is.
flat as (
    select
        n.span_no,
        e.key as name,
        case
            when e.type <> 'VARCHAR' then cast(e.value as varchar)
            when not json_valid(e.value ->> '$') then e.value ->> '$'
            else coalesce(cast(e.value ->> '$' as json) ->> '$', e.value ->> '$')
        end as text
    from named as n, json_each(case when json_type(n.attributes) = 'OBJECT' then n.attributes end) as e
    where e.type <> 'NULL'
    union all
    select
        n.span_no,
        e.key as name,
        e.value ->> '$' as text
    from named as n, json_each(case when json_type(n.metadata) = 'OBJECT' then n.metadata end) as e
    where n.parent_id is null and e.type <> 'NULL' and e.key not in ('mlflow.trace.tokenUsage', 'mlflow.trace.cost')
    union all
    select
        n.span_no,
        'metadata.' || e.key as name,
        e.value ->> '$' as text
    from named as n, json_each(case when json_type(n.tags) = 'OBJECT' then n.tags end) as e
    where n.parent_id is null and e.type <> 'NULL'
),

-- Feedback on the trace or on one span; what is expected is no judgement. Yes and no are scores: a name must say
-- that they are of the task.
assessed as (
    select
        source_line,
        unnest(from_json(
            case when json_type(assessments) = 'ARRAY' then assessments end,
            '[{"assessment_name": "VARCHAR", "name": "VARCHAR", "span_id": "VARCHAR", "create_time": "VARCHAR",
            "last_update_time": "VARCHAR", "valid": "VARCHAR", "feedback": {"value": "JSON"}}]'
        )) as told
    from traces
),

judged as (
    select
        source_line,
        told_hex(nullif(told.span_id, '')) as span_id,
        coalesce(told.assessment_name, told.name) as name,
        case lower(told.feedback.value ->> '$')
            when 'true' then '1' when 'yes' then '1' when 'false' then '0' when 'no' then '0'
            else told.feedback.value ->> '$'
        end as verdict,
        told_moment(coalesce(told.last_update_time, told.create_time)) as judged_us
    from assessed
    where json_type(told.feedback.value) not in ('OBJECT', 'ARRAY', 'NULL') and coalesce(told.valid, 'true') <> 'false'
),

judgements as (
    select
        n.span_no,
        list(told_judgement(
            j.name,
            case when try_cast(j.verdict as decimal(18, 6)) is null then j.verdict end,
            case when try_cast(j.verdict as decimal(18, 6)) is not null then j.verdict end,
            coalesce(j.judged_us, told_moment(coalesce(
                n.span ->> 'start_time_unix_nano', n.span ->> 'start_time_ns', n.span ->> 'start_time'
            )))
        ) order by j.name asc, j.judged_us asc, j.verdict asc) as events
    from named as n
    inner join judged as j
        on
            n.source_line = j.source_line
            and (told_hex(n.span_id) = j.span_id or (n.parent_id is null and j.span_id is null))
    group by n.span_no
),

gathered as (
    select
        span_no,
        list({ 'key': name, 'value': { 'stringValue': text } } order by name asc, text asc) as attributes
    from flat
    group by span_no
)

select
    n.source_line,
    cast(json_object('resourceSpans', [json_object('scopeSpans', [json_object('spans', [json_object(
        'traceId', told_hex(regexp_replace(n.trace_id, '^tr-', '')),
        'spanId', told_hex(n.span_id),
        'parentSpanId', told_hex(n.parent_id),
        'name', n.span ->> 'name',
        'startTimeUnixNano', cast(told_moment(coalesce(
            n.span ->> 'start_time_unix_nano', n.span ->> 'start_time_ns', n.span ->> 'start_time'
        )) * 1000 as varchar),
        'endTimeUnixNano', cast(told_moment(coalesce(
            n.span ->> 'end_time_unix_nano', n.span ->> 'end_time_ns', n.span ->> 'end_time'
        )) * 1000 as varchar),
        'status', json_object('code', upper(regexp_replace(
            coalesce(n.span ->> '$.status.code', n.span ->> 'status_code', n.span ->> 'status'), '^STATUS_CODE_', ''
        ))),
        'attributes', coalesce(g.attributes, []),
        'events', coalesce(j.events, [])
    )])])]) as varchar) as record
from named as n
left join gathered as g on n.span_no = g.span_no
left join judgements as j on n.span_no = j.span_no
order by n.span_no
