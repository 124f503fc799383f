-- One row per delivered OTLP/JSON span, kept span event or kept log record, as it is written
-- grain: source_line, record_kind, trace_id, span_id and the order in the line
with
-- Where a level cannot be read, one row without it goes on, to be rejected below.
span_lines as (
    select
        source_line,
        record,
        otlp_spans(record) as batch
    from raw.staged
    where contains(record, '"resourceSpans"')
),

span_resources as (
    select
        source_line,
        record,
        unnest(if(batch is null, [null], batch)) as entry
    from span_lines
),

span_scopes as (
    select
        source_line,
        record,
        otlp_known(entry.resource.attributes) as known,
        unnest(if(entry.scopespans is null, [null], entry.scopespans)) as entry
    from span_resources
),

-- Before the spans are unnested: what stands beside `unnest` is worked out for each of its rows.
span_batches as (
    select
        source_line,
        if(entry.spans is null, record, null) as unreadable,
        otlp_listed(known) as resource,
        md5(otlp_listed(known)::varchar) as resource_id,
        entry
    from span_scopes
),

spans as (
    select
        source_line,
        unreadable,
        resource,
        resource_id,
        entry.scope,
        unnest(if(entry.spans is null, [null], entry.spans)) as span
    from span_batches
),

-- Judgements are rare: only lines that name one are looked through for them.
span_events as (
    select
        source_line,
        unnest(flatten(list_transform(otlp_spans(record), lambda r: flatten(list_transform(
            r.scopespans, lambda s: flatten(list_transform(
                s.spans, lambda p: list_transform(
                    list_filter(p.events, lambda e: list_contains(otlp_kept_events(), e.name)), lambda e: {
                        'resource': r.resource.attributes,
                        'scope': s.scope,
                        'trace_id': p.traceid,
                        'span_id': p.spanid,
                        'event': e
                    }
                )
            ))
        ))))) as found
    from raw.staged
    where contains(record, '"resourceSpans"') and otlp_names_event(record)
),

-- Looked for by a piece of their name that begins with a rare letter, which is found three times as fast.
log_records as (
    select
        source_line,
        unnest(flatten(list_transform(otlp_logs(record), lambda r: flatten(list_transform(
            r.scopelogs, lambda s: list_transform(
                list_filter(s.logrecords, lambda l: list_contains(otlp_kept_events(), otlp_log_name(l))), lambda l: {
                    'resource': r.resource.attributes,
                    'scope': s.scope,
                    'log': l
                }
            )
        ))))) as found
    from raw.staged
    where contains(record, 'Logs"')
),

others as (
    select
        source_line,
        'event' as record_kind,
        found.trace_id,
        found.span_id,
        found.event.name as span_name,
        found.event.timeunixnano as started,
        found.scope,
        null as flags,
        otlp_known(found.resource) as known,
        found.event.attributes
    from span_events
    union all
    select
        source_line,
        'log' as record_kind,
        found.log.traceid as trace_id,
        found.log.spanid as span_id,
        otlp_log_name(found.log) as span_name,
        coalesce(nullif(found.log.timeunixnano, '0'), found.log.observedtimeunixnano) as started,
        found.scope,
        found.log.flags,
        otlp_known(found.resource) as known,
        found.log.attributes
    from log_records
)

select
    source_line,
    'span' as record_kind,
    unreadable,
    span.traceid as trace_id,
    span.spanid as span_id,
    span.parentspanid as parent_span_id,
    span.name as span_name,
    span.kind,
    span.starttimeunixnano as started,
    span.endtimeunixnano as ended,
    span.status.code as status_code,
    scope,
    span.tracestate as trace_state,
    span.flags,
    resource,
    resource_id,
    span.attributes,
    otlp_exception_type(span.events) as exception_type
from spans
union all
select
    source_line,
    record_kind,
    null as unreadable,
    trace_id,
    span_id,
    null as parent_span_id,
    span_name,
    null as kind,
    started,
    null as ended,
    null as status_code,
    scope,
    null as trace_state,
    flags,
    otlp_listed(known) as resource,
    md5(otlp_listed(known)::varchar) as resource_id,
    attributes,
    null as exception_type
from others
