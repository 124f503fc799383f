-- One row per delivered PostHog event, as text
-- grain: source_line
with
-- Properties are an object, JSON text, or columns of their own with or without the prefix.
unfolded as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"uuid": "VARCHAR", "event": "VARCHAR", "timestamp": "VARCHAR", "distinct_id": "VARCHAR"}'
        ) as envelope,
        case json_type(record, '$.properties')
            when 'OBJECT' then cast(json_extract(record, '$.properties') as varchar)
            when 'VARCHAR' then json_extract_string(record, '$.properties')
            else replace(record, '"properties.', '"')
        end as properties
    from raw.staged
),

delivered as (
    select
        source_line,
        record,
        envelope,
        coalesce(from_json(try_cast(properties as json), '"MAP(VARCHAR, VARCHAR)"'), map()) as props
    from unfolded
),

named as (
    select
        source_line,
        record,
        envelope.event as kind,
        nullif(envelope.uuid, '') as event_id,
        coalesce(nullif(envelope.timestamp, ''), props['timestamp']) as stamped,
        coalesce(nullif(envelope.distinct_id, ''), props['distinct_id']) as distinct_id,
        nullif(props['$ai_trace_id'], '') as trace_id,
        coalesce(nullif(props['$ai_span_id'], ''), nullif(props['$ai_generation_id'], '')) as span_id,
        nullif(props['$ai_parent_id'], '') as parent_id,
        nullif(props['$ai_span_name'], '') as span_name,
        nullif(props['$ai_model'], '') as model,
        nullif(props['$ai_provider'], '') as provider,
        nullif(props['$ai_input_tokens'], '') as input_text,
        nullif(props['$ai_output_tokens'], '') as output_text,
        nullif(props['$ai_total_tokens'], '') as total_text,
        nullif(props['$ai_cache_read_input_tokens'], '') as read_text,
        nullif(props['$ai_cache_creation_input_tokens'], '') as write_text,
        nullif(props['$ai_cache_creation_5m_input_tokens'], '') as write_5m_text,
        nullif(props['$ai_cache_creation_1h_input_tokens'], '') as write_1h_text,
        nullif(props['$ai_reasoning_tokens'], '') as reasoning_text,
        nullif(props['$ai_latency'], '') as latency,
        props
    from delivered
),

numbered as (
    select
        *,
        told_decimal(input_text) as inputs,
        told_decimal(output_text) as outputs,
        told_decimal(total_text) as total,
        coalesce(told_decimal(reasoning_text), 0) as reasoning,
        coalesce(told_decimal(read_text), 0)
        + greatest(
            coalesce(told_decimal(write_text), 0),
            coalesce(told_decimal(write_5m_text), 0)
            + coalesce(told_decimal(write_1h_text), 0)
        ) as cached,
        regexp_matches(lower(model), '^claude|anthropic') or lower(provider) = 'anthropic' as is_claude,
        lower(provider) = 'gateway' and lower(props['$ai_framework']) = 'vercel' as is_vercel
    from named
),

-- PostHog's own rule where the event does not say it: Claude's input is beside its cache.
related as (
    select
        *,
        coalesce(
            try_cast(props['$ai_cache_reporting_exclusive'] as boolean),
            is_claude and (not coalesce(is_vercel, false) or inputs < cached),
            false
        ) as is_beside_cache,
        -- Gemini's thoughts are beside its output, unless the total says otherwise.
        coalesce(
            regexp_matches(lower(model), 'gemini') and reasoning > 0
            and (reasoning > outputs or total is null or total <> inputs + outputs),
            false
        ) as is_beside_thoughts,
        told_moment(stamped) as stamped_us,
        try_cast(try_cast(latency as decimal(18, 6)) * 1000000 as bigint) as lasted_us
    from numbered
)

select
    source_line,
    record,
    case
        when kind is null then 'the event has no name; export whole PostHog events'
        when kind not in ('$ai_generation', '$ai_embedding', '$ai_span', '$ai_trace')
            then 'the event ' || kind || ' is no call; export the AI events alone'
    end as reject_reason,
    coalesce(event_id, trace_id || ':' || span_id) as record_key,
    case when kind in ('$ai_generation', '$ai_embedding') then 'call' else 'context' end as role,
    4 as witness,
    trace_id,
    -- Sorts before every span, so that the trace is the root of what has no parent.
    case when kind = '$ai_trace' then '(trace)' else coalesce(span_id, event_id) end as span_id,
    case when kind <> '$ai_trace' and parent_id <> trace_id then parent_id end as parent_span_id,
    coalesce(span_name, kind) as span_name,
    -- An event is captured when what it tells of has ended.
    coalesce(cast(stamped_us - lasted_us as varchar), stamped) as started,
    stamped as ended,
    provider as provider_name,
    coalesce(props['$ai_base_url'], props['$ai_request_url']) as server_address,
    model as request_model,
    model as response_model,
    case kind when '$ai_generation' then 'chat' when '$ai_embedding' then 'embeddings' end as operation,
    props['$ai_stream'] as is_streaming,
    case when lower(props['$ai_is_error']) in ('true', '1') then 'true' end as has_error,
    coalesce(
        nullif(props['$ai_error_type'], ''),
        nullif(regexp_extract(props['$ai_error'], '([A-Za-z_]*(?:Error|Exception|Timeout)[A-Za-z]*)', 1), ''),
        nullif(regexp_extract(lower(props['$ai_error']), '(timeout|timed out|cancel|abort)', 1), '')
    ) as error_type,
    props['$ai_http_status'] as http_status,
    nullif(props['$ai_stop_reason'], '') as finish_reason,
    case when coalesce(input_text, output_text, total_text) is not null then 'openai_chat' end as usage_rule,
    case
        when coalesce(input_text, output_text, total_text) is not null
            then cast(json_object(
                'prompt_tokens',
                coalesce(case when is_beside_cache then cast(inputs + cached as varchar) end, input_text),
                'completion_tokens',
                coalesce(case when is_beside_thoughts then cast(outputs + reasoning as varchar) end, output_text),
                'prompt_tokens_details', json_object(
                    'cached_tokens', read_text,
                    'cache_creation_tokens', write_text,
                    'cache_creation_token_details', json_object(
                        'ephemeral_5m_input_tokens', write_5m_text, 'ephemeral_1h_input_tokens', write_1h_text
                    ),
                    'cached_tokens_details',
                    json_object('audio_tokens', nullif(props['$ai_cache_read_audio_tokens'], '')),
                    'audio_tokens', nullif(props['$ai_audio_input_tokens'], ''),
                    'image_tokens', nullif(props['$ai_image_input_tokens'], '')
                ),
                'completion_tokens_details', json_object(
                    'reasoning_tokens', reasoning_text,
                    'audio_tokens', nullif(props['$ai_audio_output_tokens'], ''),
                    'image_tokens', nullif(props['$ai_image_output_tokens'], '')
                ),
                'server_tool_use_details',
                json_object('web_search_requests', nullif(props['$ai_web_search_count'], ''))
            ) as varchar)
    end as usage,
    nullif(props['$ai_total_cost_usd'], '') as cost,
    case when kind = '$ai_trace' then coalesce(nullif(props['$ai_trace_name'], ''), span_name) end as workflow,
    nullif(nullif(distinct_id, ''), trace_id) as user_id,
    nullif(props['$ai_session_id'], '') as session_id,
    nullif(props['$ai_prompt_name'], '') as prompt_name,
    nullif(props['$ai_prompt_version'], '') as prompt_version,
    map_concat(
        map_from_entries(list_transform(
            map_entries(coalesce(from_json(try_cast(props['$groups'] as json), '"MAP(VARCHAR, VARCHAR)"'), map())),
            lambda e: { 'key': '$groups.' || e.key, 'value': e.value }
        )),
        map_from_entries(list_filter(map_entries(props), lambda e: not starts_with(e.key, '$')))
    ) as attributes
from related
