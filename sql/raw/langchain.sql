-- One row per answer of a model that a delivered record holds as LangChain's message, as text
-- grain: source_line, record_key
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"started_at": "VARCHAR", "start_time": "VARCHAR", "timestamp": "VARCHAR", "@timestamp": "VARCHAR",
            "ts": "VARCHAR", "time": "VARCHAR", "created_at": "VARCHAR", "logged_at": "VARCHAR", "date": "VARCHAR",
            "ended_at": "VARCHAR", "end_time": "VARCHAR", "latency_ms": "VARCHAR", "duration_ms": "VARCHAR",
            "trace_id": "VARCHAR", "span_id": "VARCHAR", "provider": "VARCHAR", "model": "VARCHAR",
            "user_id": "VARCHAR", "message": "JSON", "response": "JSON", "output": "JSON", "result": "JSON",
            "metadata": "JSON", "tags": "JSON"}'
        ) as told
    from raw.staged
),

opened as (
    select
        source_line,
        record,
        told,
        [
            case when json_type(c, '$.kwargs') = 'OBJECT' then c -> 'kwargs' else c end
            for c in [
                told_json(told.message), told_json(told.response), told_json(told.output), told_json(told.result),
                cast(record as json)
            ]
            if c is not null
        ] as holders
    from delivered
),

-- A holder is a message, the messages of a conversation, or the result of a model.
held as (
    select
        source_line,
        record,
        told,
        flatten(list_transform(holders, lambda h: case
            when json_type(h) = 'ARRAY' then from_json(h, '["JSON"]')
            when json_type(h, '$.messages') = 'ARRAY' then from_json(h -> 'messages', '["JSON"]')
            when json_type(h, '$.generations[0][0]') = 'OBJECT'
                then [coalesce(h -> '$.generations[0][0].kwargs.message', h -> '$.generations[0][0].message')]
            else [h]
        end)) as messages
    from opened
),

-- Written by `dumps` the values stand below `kwargs`, by `messages_to_dict` below `data`.
unpacked as (
    select
        source_line,
        record,
        told,
        list_transform(messages, lambda m: case
            when json_type(m, '$.kwargs') = 'OBJECT'
                then { 'kind': coalesce(m ->> '$.kwargs.type', m ->> '$.id[#-1]'), 'message': m -> 'kwargs' }
            when json_type(m, '$.data') = 'OBJECT' then { 'kind': m ->> 'type', 'message': m -> 'data' }
            else { 'kind': m ->> 'type', 'message': m }
        end) as messages
    from held
),

-- Of a conversation the answers to its last question: the earlier ones were logged when they were given.
asked as (
    select
        source_line,
        record,
        told,
        messages,
        list_position(
            list_reverse(list_transform(messages, lambda m: lower(coalesce(m.kind, '')) like 'human%')), true
        ) as from_end
    from unpacked
),

picked as (
    select
        source_line,
        record,
        told,
        list_transform(
            list_filter(
                messages[len(messages) - coalesce(nullif(from_end, 0), len(messages) + 1) + 2:],
                lambda m: coalesce(m.kind, 'ai') in ('ai', 'AIMessage', 'AIMessageChunk') and (
                    json_type(m.message, '$.response_metadata') = 'OBJECT'
                    or json_type(m.message, '$.usage_metadata') = 'OBJECT'
                )
            ),
            lambda m: m.message
        ) as answers
    from asked
),

answers as (
    select
        source_line,
        record,
        told,
        len(answers) as answer_count,
        unnest(if(len(answers) > 0, answers, [null])) as answer
    from picked
),

read as (
    select
        source_line,
        record,
        told,
        answer_count,
        from_json(
            answer,
            '{"id": "VARCHAR", "usage_metadata": {"input_tokens": "VARCHAR", "output_tokens": "VARCHAR",
            "total_tokens": "VARCHAR", "input_token_details": {"cache_read": "VARCHAR", "cache_creation": "VARCHAR",
            "ephemeral_5m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR", "audio": "VARCHAR",
            "priority": "VARCHAR", "priority_cache_read": "VARCHAR", "flex": "VARCHAR", "flex_cache_read": "VARCHAR"},
            "output_token_details": {"reasoning": "VARCHAR", "audio": "VARCHAR", "priority_reasoning": "VARCHAR",
            "flex_reasoning": "VARCHAR"}},
            "response_metadata": {"id": "VARCHAR", "model_name": "VARCHAR", "model": "VARCHAR", "model_id": "VARCHAR",
            "model_provider": "VARCHAR", "finish_reason": "VARCHAR", "stop_reason": "VARCHAR", "stopReason": "VARCHAR",
            "done_reason": "VARCHAR", "service_tier": "VARCHAR", "created_at": "VARCHAR", "token_usage": "JSON",
            "usage": "JSON", "prompt_filter_results": "JSON", "tokenUsage": {"promptTokens": "VARCHAR", "completionTokens": "VARCHAR",
            "totalTokens": "VARCHAR"}, "ResponseMetadata": {"RequestId": "VARCHAR", "HTTPStatusCode": "VARCHAR"}}}'
        ) as told_answer
    from answers
),

named as (
    select
        source_line,
        record,
        told,
        answer_count,
        told_answer.id as message_id,
        told_answer.usage_metadata as counts,
        told_answer.usage_metadata.input_token_details as inputs,
        told_answer.usage_metadata.output_token_details as results,
        told_answer.response_metadata as meta,
        coalesce(
            told_answer.response_metadata.model_name,
            told_answer.response_metadata.model,
            told_answer.response_metadata.model_id
        ) as model,
        coalesce(
            told.started_at, told.start_time, told.timestamp, told."@timestamp", told.ts, told.time, told.created_at,
            told.logged_at, told.date, told_answer.response_metadata.created_at
        ) as started
    from read
),

counted as (
    select
        *,
        case
            when json_type(meta.usage, '$.input_tokens') is not null and json_type(meta.usage, '$.total_tokens') is null
                then 'anthropic'
            when counts.total_tokens is not null and regexp_matches(model, '(?i)gemini') then 'gemini_openai'
            when coalesce(counts.input_tokens, counts.output_tokens, meta.tokenusage.totaltokens) is not null
                then 'openai_chat'
            when json_type(coalesce(meta.token_usage, meta.usage), '$.prompt_tokens') is not null then 'openai_chat'
        end as usage_rule
    from named
)

select
    source_line,
    record,
    case
        when answer_count = 0
            then 'it holds no answer of a model: response_metadata and usage_metadata are missing'
        when answer_count > 1 and nullif(message_id, '') is null
            then 'its messages have no ids, so that one logged again would count twice; log each answer alone'
    end as reject_reason,
    nullif(message_id, '') as record_key,
    -- Who tells first of an answer is nearest to its call.
    cast(9999999999999999 - told_moment(started) as varchar) as version,
    5 as witness,
    nullif(told.trace_id, '') as trace_id,
    nullif(told.span_id, '') as span_id,
    started,
    coalesce(told.ended_at, told.end_time) as ended,
    coalesce(told.latency_ms, told.duration_ms) as duration_ms,
    coalesce(
        nullif(told.provider, ''),
        case when json_type(meta.prompt_filter_results) = 'ARRAY' then 'azure' end,
        nullif(meta.model_provider, '')
    ) as provider_name,
    coalesce(nullif(told.model, ''), model) as request_model,
    model as response_model,
    'chat' as operation,
    coalesce(
        nullif(meta.service_tier, ''),
        case
            when coalesce(inputs.priority, inputs.priority_cache_read, results.priority_reasoning) is not null
                then 'priority'
            when coalesce(inputs.flex, inputs.flex_cache_read, results.flex_reasoning) is not null then 'flex'
        end
    ) as service_tier,
    coalesce(
        nullif(meta.id, ''),
        case when not regexp_matches(message_id, '^(lc_)?run-') then nullif(message_id, '') end,
        nullif(meta.responsemetadata.requestid, '')
    ) as provider_response_id,
    meta.responsemetadata.httpstatuscode as http_status,
    coalesce(meta.finish_reason, meta.stop_reason, meta.stopreason, meta.done_reason) as finish_reason,
    usage_rule,
    case
        when usage_rule = 'anthropic' then cast(meta.usage as varchar)
        when coalesce(counts.input_tokens, counts.output_tokens) is not null
            then cast(json_object(
                'prompt_tokens', counts.input_tokens,
                'completion_tokens', counts.output_tokens,
                'total_tokens', counts.total_tokens,
                'prompt_tokens_details', json_object(
                    'cached_tokens', coalesce(inputs.cache_read, inputs.priority_cache_read, inputs.flex_cache_read),
                    'cache_creation_tokens', inputs.cache_creation,
                    'cache_creation_token_details', json_object(
                        'ephemeral_5m_input_tokens', inputs.ephemeral_5m_input_tokens,
                        'ephemeral_1h_input_tokens', inputs.ephemeral_1h_input_tokens
                    ),
                    'audio_tokens', inputs.audio
                ),
                'completion_tokens_details', json_object(
                    'reasoning_tokens',
                    coalesce(results.reasoning, results.priority_reasoning, results.flex_reasoning),
                    'audio_tokens', results.audio
                )
            ) as varchar)
        when meta.tokenusage.totaltokens is not null
            then cast(json_object(
                'prompt_tokens', meta.tokenusage.prompttokens,
                'completion_tokens', meta.tokenusage.completiontokens,
                'total_tokens', meta.tokenusage.totaltokens
            ) as varchar)
        else cast(coalesce(meta.token_usage, meta.usage) as varchar)
    end as usage,
    nullif(told.user_id, '') as user_id,
    map_concat(
        map_from_entries(list_filter(
            map_entries(coalesce(from_json(record, '"MAP(VARCHAR, VARCHAR)"'), map())),
            lambda e: length(e.value) <= 256
        )),
        coalesce(told_map(told_json(told.tags)), map()),
        coalesce(told_map(told_json(told.metadata)), map())
    ) as attributes
from counted
