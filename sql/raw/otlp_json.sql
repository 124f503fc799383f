-- One row per delivered OTLP/JSON span, kept span event or kept log record, checked, or with the reason why not
-- grain: source_line, record_kind, trace_id, span_id, record_id
with
read as (
    select
        *,
        otlp_pairs(attributes) as pairs
    from raw.otlp_records
),

-- Claude Code and LangChain4j give counts names without a prefix, which elsewhere may mean anything.
spelled as (
    select
        *,
        case
            when span_name = 'claude_code.llm_request'
                then list_transform(pairs, lambda p: {
                    'key': case p.key
                        when 'input_tokens' then 'llm.anthropic.usage.input_tokens'
                        when 'output_tokens' then 'llm.anthropic.usage.output_tokens'
                        when 'cache_read_tokens' then 'llm.anthropic.usage.cache_read_input_tokens'
                        when 'cache_creation_tokens' then 'llm.anthropic.usage.cache_creation_input_tokens'
                        when 'model' then 'llm.model_name'
                        else p.key
                    end,
                    'value': p.value
                })
            -- LangChain4j's observations
            when span_name like 'chat %' and scope.name like 'org.springframework%'
                then list_transform(pairs, lambda p: {
                    'key': case p.key
                        when 'input_tokens' then 'gen_ai.usage.input_tokens'
                        when 'output_tokens' then 'gen_ai.usage.output_tokens'
                        else p.key
                    end,
                    'value': p.value
                })
            else pairs
        end as spelled_pairs
    from read
),

sifted as (
    select
        *,
        otlp_plain(spelled_pairs) as plain,
        otlp_notable(spelled_pairs) as notable
    from spelled
),

-- Each in a step of its own: an argument of a macro is planned wherever the macro names it.
looked_into as (
    select
        *,
        otlp_texts(notable) as texts
    from sifted
),

found as (
    select
        *,
        otlp_found(texts, exception_type) as found
    from looked_into
),

kept as (
    select
        source_line,
        record_kind,
        unreadable,
        nullif(otlp_hex(trace_id), '') as trace_id,
        nullif(otlp_hex(span_id), '') as span_id,
        nullif(nullif(otlp_hex(parent_span_id), ''), '0000000000000000') as parent_span_id,
        span_name,
        kind,
        try_cast(started as decimal(38, 0)) as started_ns,
        try_cast(ended as decimal(38, 0)) as ended_ns,
        status_code,
        scope,
        nullif(trace_state, '') as trace_state,
        try_cast(flags as bigint) as flags,
        resource,
        resource_id,
        list_concat(plain, found) as pairs,
        coalesce(otlp_bad_plain_count(notable), otlp_bad_count(found)) as bad_count
    from found
),

judged as (
    select
        *,
        case
            when unreadable is not null
                then 'a batch without readable spans; deliver resourceSpans[].scopeSpans[].spans[]'
            when not (record_kind = 'log' and trace_id is null) and not coalesce(otlp_is_id(trace_id, 32), false)
                then 'traceId is not 32 hex digits or all zero; OTLP/JSON writes ids as hex'
            when not (record_kind = 'log' and span_id is null) and not coalesce(otlp_is_id(span_id, 16), false)
                then 'spanId is not 16 hex digits or all zero; OTLP/JSON writes ids as hex'
            when not coalesce(otlp_is_id(parent_span_id, 16), true)
                then 'parentSpanId is not 16 hex digits; leave it out for a root span'
            when started_ns is null
                then 'the start time is missing or no number; deliver nanoseconds since 1970'
            when started_ns < 1577836800000000000 or started_ns >= 4102444800000000000
                then 'the start time is before 2020 or after 2100; check the unit: nanoseconds since 1970'
            when bad_count is not null
                then 'attribute ' || bad_count || ' is no whole number from 0 to 10^12; correct it'
        end as reject_reason
    from kept
),

accepted as (
    select
        *,
        if(reject_reason is null, make_timestamp(started_ns::bigint // 1000), null) as started_at,
        if(
            ended_ns >= 1577836800000000000 and ended_ns < 4102444800000000000,
            make_timestamp(ended_ns::bigint // 1000), null
        ) as ended_at,
        case
            when reject_reason is not null
                then coalesce(unreadable, to_json({
                    'traceId': trace_id, 'spanId': span_id, 'parentSpanId': parent_span_id, 'name': span_name,
                    'startTimeUnixNano': started_ns, 'endTimeUnixNano': ended_ns, 'attributes': pairs
                })::varchar)
        end as reject_text
    from judged
),

strangers as (
    select
        source_line,
        record,
        if(
            contains(record, '"resourceMetrics"'),
            'metrics are control totals, not read yet; deliver traces',
            'not an OTLP/JSON batch; deliver lines with resourceSpans or resourceLogs'
        ) as reject_reason
    from raw.staged
    where
        not contains(record, '"resourceSpans"')
        and (not contains(record, 'resourceLogs"') or otlp_logs(record) is null)
)

select
    md5(concat_ws(
        '|', record_kind, trace_id, span_id, parent_span_id, span_name, kind, started_ns, ended_ns, status_code,
        scope.name, scope.version, trace_state, flags, resource_id, otlp_digest(pairs)
    )) as record_id,
    record_kind,
    trace_id,
    span_id,
    parent_span_id,
    span_name,
    otlp_kind(kind) as kind,
    started_at,
    ended_at,
    otlp_status(status_code) as status_code,
    scope.name as scope_name,
    scope.version as scope_version,
    trace_state,
    flags,
    resource,
    pairs as attributes,
    started_at::date as day,
    source_line,
    reject_reason,
    reject_text
from accepted
union all
select
    md5(record) as record_id,
    null as record_kind,
    null as trace_id,
    null as span_id,
    null as parent_span_id,
    null as span_name,
    null as kind,
    null as started_at,
    null as ended_at,
    null as status_code,
    null as scope_name,
    null as scope_version,
    null as trace_state,
    null as flags,
    null as resource,
    null as attributes,
    null as day,
    source_line,
    reject_reason,
    record as reject_text
from strangers
