-- One row per delivered span of a Phoenix export, told as OTLP/JSON
-- grain: source_line, record
with
delivered as (
    select
        source_line,
        cast(record as json) as record
    from raw.staged
),

-- The command-line export holds the spans of one trace a line.
spans as (
    select
        source_line,
        told_json(record -> '$.annotations') as annotations,
        json_type(record, '$.spans') = 'ARRAY' as is_trace,
        unnest(case
            when json_type(record, '$.spans') = 'ARRAY' then from_json(record -> 'spans', '["JSON"]')
            else [record]
        end) as span
    from delivered
),

named as (
    select
        source_line,
        row_number() over () as span_no,
        span,
        nullif(coalesce(span ->> 'parent_id', span ->> 'parent_span_id'), '') as parent_id,
        coalesce(told_moment(span ->> 'end_time'), told_moment(span ->> 'start_time')) as ended_us,
        if(is_trace, annotations, null) as trace_annotations,
        coalesce(span ->> '$."context.trace_id"', span ->> '$.context.trace_id', span ->> '$.trace_id') as trace_id,
        coalesce(span ->> '$."context.span_id"', span ->> '$.context.span_id', span ->> '$.span_id') as span_id,
        coalesce(
            span ->> '$.events[0].attributes."exception.type"', span ->> '$.events[0].attributes.exception.type'
        ) as exception_type,
        span -> 'attributes' as attributes
    from spans
),

-- One column an attribute, or one object of them, nested or with dots in its names.
flat as (
    select
        n.span_no,
        substr(e.key, 12) as name,
        case when e.type = 'VARCHAR' then e.value ->> '$' else cast(e.value as varchar) end as text
    from named as n, json_each(case when json_type(n.span) = 'OBJECT' then n.span end) as e
    where starts_with(e.key, 'attributes.') and e.type <> 'NULL'
    union all
    select
        n.span_no,
        replace(substr(e.fullkey, 3), '"', '') as name,
        coalesce(e.value ->> '$', cast(e.value as varchar)) as text
    from named as n, json_tree(case when json_type(n.attributes) = 'OBJECT' then n.attributes end) as e
    where e.type not in ('OBJECT', 'NULL')
),

-- Annotations of the span, those of the trace on its root, and those among the attributes but for the first, which
-- the vocabulary reads.
annotated as (
    select
        span_no,
        ended_us,
        unnest(list_concat(
            from_json(told_json(span -> 'annotations'), '["JSON"]'),
            case when parent_id is null then from_json(trace_annotations, '["JSON"]') end
        )) as told
    from named
),

judged as (
    select
        span_no,
        told ->> 'name' as name,
        coalesce(told ->> '$.result.label', told ->> 'label') as label,
        coalesce(told ->> '$.result.score', told ->> 'score') as score,
        coalesce(told_moment(coalesce(told ->> 'updated_at', told ->> 'created_at')), ended_us) as judged_us
    from annotated
    union all
    select
        f.span_no,
        max(f.text) filter (where f.name like '%.name') as name,
        max(f.text) filter (where f.name like '%.label') as label,
        max(f.text) filter (where f.name like '%.score') as score,
        max(n.ended_us) as judged_us
    from flat as f
    inner join named as n on f.span_no = n.span_no
    where regexp_full_match(f.name, '(annotations|evaluations)\.[1-9][0-9]*\.(name|label|score)')
    group by f.span_no, regexp_extract(f.name, '^[a-z]+\.[0-9]+')
),

judgements as (
    select
        span_no,
        list(told_judgement(name, label, score, judged_us) order by name asc, judged_us asc, label asc, score asc)
            as events
    from judged
    where name is not null and coalesce(label, score) is not null
    group by span_no
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
        'traceId', n.trace_id,
        'spanId', n.span_id,
        'parentSpanId', n.parent_id,
        'name', n.span ->> 'name',
        'startTimeUnixNano', cast(told_moment(n.span ->> 'start_time') * 1000 as varchar),
        'endTimeUnixNano', cast(told_moment(n.span ->> 'end_time') * 1000 as varchar),
        'status', json_object('code', upper(n.span ->> 'status_code')),
        'attributes', list_concat(
            coalesce(g.attributes, []),
            [{ 'key': 'openinference.span.kind', 'value': { 'stringValue': n.span ->> 'span_kind' } }],
            if(
                n.exception_type is null,
                [],
                [{ 'key': 'exception.type', 'value': { 'stringValue': n.exception_type } }]
            )
        ),
        'events', coalesce(j.events, [])
    )])])]) as varchar) as record
from named as n
left join gathered as g on n.span_no = g.span_no
left join judgements as j on n.span_no = j.span_no
order by n.span_no
