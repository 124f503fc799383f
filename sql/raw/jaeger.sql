-- One row per delivered span of a trace as Jaeger writes it, told as OTLP/JSON
-- grain: source_line, record
with
delivered as (
    select
        source_line,
        cast(record as json) as record
    from raw.staged
),

-- A trace lists its spans and names its processes once; a span kept by itself holds its own.
listed as (
    select
        source_line,
        from_json(
            record -> 'processes',
            '"MAP(VARCHAR, STRUCT(serviceName VARCHAR, tags STRUCT(key VARCHAR, value VARCHAR)[]))"'
        ) as processes,
        unnest(from_json(
            case when json_type(record, '$.spans') = 'ARRAY' then record -> 'spans' else json_array(record) end,
            '[{"traceID": "VARCHAR", "spanID": "VARCHAR", "parentSpanID": "VARCHAR", "operationName": "VARCHAR",
            "references": [{"refType": "VARCHAR", "traceID": "VARCHAR", "spanID": "VARCHAR"}],
            "startTime": "VARCHAR", "duration": "VARCHAR", "tags": [{"key": "VARCHAR", "value": "VARCHAR"}],
            "logs": [{"timestamp": "VARCHAR", "fields": [{"key": "VARCHAR", "value": "VARCHAR"}]}],
            "processID": "VARCHAR",
            "process": {"serviceName": "VARCHAR", "tags": [{"key": "VARCHAR", "value": "VARCHAR"}]}}]'
        )) as span
    from delivered
),

spans as (
    select
        source_line,
        row_number() over () as span_no,
        span,
        coalesce(span.process, processes[span.processid]) as process,
        coalesce(
            list_filter(
                span.references, lambda r: r.reftype = 'CHILD_OF' and coalesce(r.traceid, span.traceid) = span.traceid
            )[1].spanid,
            nullif(span.parentspanid, '')
        ) as parent_id,
        told_moment(span.starttime) as start_us,
        coalesce(span.tags, []) as tags
    from listed
),

told as (
    select
        *,
        list_filter(tags, lambda t: t.key in ('otel.scope.name', 'otel.library.name'))[1].value as scope_name,
        list_filter(tags, lambda t: t.key in ('otel.scope.version', 'otel.library.version'))[1].value as scope_version,
        coalesce(
            list_filter(tags, lambda t: t.key = 'otel.status_code')[1].value,
            list_filter(tags, lambda t: t.key = 'error' and lower(t.value) = 'true')[1].key
        ) as status
    from spans
)

select
    source_line,
    cast(json_object('resourceSpans', [json_object(
        'resource', json_object('attributes', list_transform(
            list_filter(
                list_prepend({ 'key': 'service.name', 'value': process.servicename }, coalesce(process.tags, [])),
                lambda t: t.value is not null
            ),
            lambda t: { 'key': t.key, 'value': { 'stringValue': t.value } }
        )),
        'scopeSpans', [json_object(
            'scope', json_object('name', scope_name, 'version', scope_version),
            'spans', [json_object(
                -- Zeroes at the beginning of an id are left out.
                'traceId', repeat('0', 32 - length(span.traceid)) || span.traceid,
                'spanId', repeat('0', 16 - length(span.spanid)) || span.spanid,
                'parentSpanId', repeat('0', 16 - length(parent_id)) || parent_id,
                'name', span.operationname,
                'startTimeUnixNano', cast(start_us * 1000 as varchar),
                'endTimeUnixNano',
                cast((start_us + try_cast(span.duration as bigint)) * 1000 as varchar),
                'status', json_object('code', upper(status)),
                'attributes', list_transform(
                    list_filter(tags, lambda t: t.value is not null),
                    lambda t: { 'key': t.key, 'value': { 'stringValue': t.value } }
                ),
                'events', list_transform(coalesce(span.logs, []), lambda e: {
                    'name': coalesce(
                        list_filter(e.fields, lambda f: f.key = 'event')[1].value,
                        list_filter(e.fields, lambda f: f.key = 'name')[1].value
                    ),
                    'timeUnixNano': cast(told_moment(e.timestamp) * 1000 as varchar),
                    'attributes': list_transform(
                        list_filter(coalesce(e.fields, []), lambda f: f.value is not null),
                        lambda f: { 'key': f.key, 'value': { 'stringValue': f.value } }
                    )
                })
            )]
        )]
    )]) as varchar) as record
from told
order by span_no
