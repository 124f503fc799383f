-- One row per delivered record that holds a provider's response, bare or wrapped, read as text
-- grain: source_line
select
    source_line,
    record,
    case
        when object_name = 'thread.run.step'
            then 'it is a step of a run, whose usage has that of its steps; log the run (thread.run)'
        when
            usage is null
            and failure is null
            and coalesce(error_word, '') = ''
            and finish_reason is null
            -- An answer that counts nothing; files, stores and lists of models are no calls.
            and not coalesce(object_name like 'chat.completion%', false)
            and coalesce(object_name, '') not in ('text_completion', 'response', 'realtime.response')
            and coalesce(answers[1].data[1].object, '') <> 'embedding'
            and coalesce(answers[1].embeddings, answers[1].embedding) is null
            and coalesce(answers[1].results[1].relevance_score, answers[1].results[1].relevancescore) is null
            and answers[1].metrics.predict_time is null
            and not coalesce(contains(url, '/audio/'), false)
            and coalesce(http_code, 0) < 400
            and status_text not in ('error', 'failed', 'failure', 'timeout', 'cancelled', 'canceled', 'expired')
            and coalesce(batch_result.type, '') not in ('errored', 'canceled', 'expired')
            then
                'it holds no response of a provider: neither usage nor an error; '
                || 'log the whole body, below `response` or `body` or by itself'
    end as reject_reason,
    case
        when coalesce(body_id, aws_request) is null
            then coalesce(nullif(told.request_id, ''), nullif(told.log_id, ''), nullif(told.id, ''))
    end as record_key,
    1 as witness,
    nullif(told.trace_id, '') as trace_id,
    nullif(told.span_id, '') as span_id,
    nullif(told.parent_span_id, '') as parent_span_id,
    coalesce(
        told.started_at, told.start_time, told.requested_at, told.request_time, told.timestamp, told."@timestamp",
        told.ts, told.time, told.created_at, told.logged_at, told.received_at, told.date, body_created,
        told.processed_time
    ) as started,
    coalesce(told.ended_at, told.end_time, told.finished_at, told.completed_at, answers[-1].completed_at) as ended,
    coalesce(
        told.latency_ms,
        told.duration_ms,
        told.elapsed_ms,
        answers[-1].metrics.latencyms,
        cast(try_cast(answers[-1].total_duration as bigint) // 1000000 as varchar)
    ) as duration_ms,
    nullif(told.call_id, '') as call_key,
    told.attempt as attempt_no,
    coalesce(request_headers['x-stainless-retry-count'], told.retry_count) as resend_count,
    coalesce(named_provider, host_provider, shaped_provider) as provider_name,
    coalesce(
        nullif(told.platform, ''),
        case when host_provider in ('bedrock', 'azure', 'vertex', 'openrouter', 'groq') then host_provider end,
        case
            when shaped_provider in ('bedrock', 'azure', 'vertex') and coalesce(rule_provider, '') <> 'openrouter'
                then shaped_provider
        end
    ) as platform_name,
    coalesce(
        nullif(told.region_scope, ''),
        case
            when usage ->> 'inference_geo' in ('us', 'eu') then 'geo_' || (usage ->> 'inference_geo')
            when usage ->> 'inference_geo' = 'global' then 'global'
            when regexp_matches(host, '^(us|eu)\.api\.') then 'geo_' || substr(host, 1, 2)
            when host_provider = 'vertex'
                then
                    coalesce(
                        nullif(regexp_extract(url, '/locations/([a-z0-9-]+)', 1), ''),
                        nullif(regexp_extract(host, '^([a-z0-9-]+)-aiplatform', 1), '')
                    )
        end
    ) as region_scope,
    host as server_address,
    coalesce(
        nullif(told.request_model, ''),
        asked.model,
        asked.body.model,
        asked.modelid,
        nullif(told.model, ''),
        nullif(told.model_id, ''),
        nullif(told.modelid, ''),
        nullif(told.deployment, ''),
        nullif(nullif(url_decode(regexp_extract(url, '/(?:models?|deployments)/([^/:?]+)', 1)), ''), 'chat')
    ) as request_model,
    body_model as response_model,
    case
        when flavour = 'images' or usage_names = ['images'] then 'image_generation'
        when shape = 'openai_transcription' then 'transcription'
        when object_name like 'chat.completion%' or object_name in ('response', 'conversation.response') then 'chat'
        when type_name = 'message' then 'chat'
        when object_name = 'text_completion' then 'text_completion'
        when object_name = 'realtime.response' then 'realtime'
        when
            answers[1].data[1].object = 'embedding'
            or coalesce(answers[1].embeddings, answers[1].embedding) is not null
            or answers[1].predictions[1].embeddings is not null
            then 'embeddings'
        when coalesce(answers[1].results[1].relevance_score, answers[1].results[1].relevancescore) is not null
            then 'rerank'
        when contains(url, '/audio/speech') then 'speech'
        when contains(url, '/audio/') then 'transcription'
        when shape = 'gemini' then 'generate_content'
        when shape in ('bedrock_converse', 'cohere') then 'chat'
    end as operation,
    case
        when usage ->> 'speed' = 'fast' then 'fast'
        else coalesce(
            body_tier,
            usage ->> 'service_tier',
            usage ->> 'serviceTier',
            -- Vertex's client libraries print the number.
            case usage ->> 'trafficType'
                when '1' then 'ON_DEMAND'
                when '2' then 'PROVISIONED_THROUGHPUT'
                else usage ->> 'trafficType'
            end,
            headers['x-amzn-bedrock-service-tier']
        )
    end as service_tier,
    case
        when told.custom_id is not null or told.modeloutput is not null or told.processed_time is not null then 'true'
        -- A line of the Gemini API's own batches is its key and the response.
        when
            told.key is not null and shape = 'gemini'
            and coalesce(url, named_provider, told.latency_ms, told.duration_ms) is null and asked is null
            then 'true'
        else coalesce(told.is_batch, told.batch)
    end as is_batch,
    coalesce(body_id, aws_request) as provider_response_id,
    if(is_array, 'true', coalesce(told.stream, told.streaming, asked.stream, asked.body.stream)) as is_streaming,
    cast(
        coalesce(http_code, 0) >= 400
        or (failure is not null and failure <> '{}')
        or coalesce(error_word, '') <> ''
        or status_text in ('error', 'failed', 'failure', 'timeout', 'cancelled', 'canceled', 'expired')
        or coalesce(batch_result.type, '') in ('errored', 'canceled', 'expired')
        as varchar
    ) as has_error,
    coalesce(
        nullif(told.error_type, ''),
        case when told_whole(failure ->> 'code') is null then failure ->> 'code' end,
        failure ->> 'type',
        failure ->> 'status',
        nullif(error_word, ''),
        nullif(regexp_extract(answers[-1].__type, '([A-Za-z]+)$', 1), ''),
        nullif(regexp_extract(headers['x-amzn-errortype'], '^([A-Za-z]+)', 1), ''),
        case when coalesce(batch_result.type, 'succeeded') <> 'succeeded' then batch_result.type end,
        case when status_text in ('timeout', 'cancelled', 'canceled', 'expired') then status_text end
    ) as error_type,
    cast(http_code as varchar) as http_status,
    coalesce(
        finish_reason,
        case when answer_status in ('incomplete', 'cancelled', 'failed') then answer_status end
    ) as finish_reason,
    case when coalesce(batch_result.type, '') in ('errored', 'canceled', 'expired') then 'not_billed' end
        as billed_state,
    coalesce(
        nullif(told.account_id, ''),
        nullif(told.organization_id, ''),
        headers['openai-organization'],
        headers['anthropic-organization-id']
    ) as account_id,
    if(
        usage_names in (['pages'], ['images']),
        'disjoint_classes',
        usage_rule(rule_provider, flavour, usage_names, shape)
    ) as usage_rule,
    -- An object that only says how a call was served counts nothing. The first case is there for speed: three names
    -- cannot be all of more than three, and to compare lists of names in every record takes long.
    case
        when len(usage_names) > 3 then cast(usage as varchar)
        when list_has_all(['trafficType', 'serviceTier', 'service_tier'], usage_names) then null
        else cast(usage as varchar)
    end as usage,
    case when is_array and shape = 'anthropic' and finish_reason is null then 'partial' end as usage_basis,
    cast(nullif(len(list_filter(
        items,
        lambda i: i.type = 'web_search_call' and coalesce(json_extract_string(i.action, '$.type'), 'search') = 'search'
    )), 0) as varchar) as web_search_calls,
    cast(nullif(len(list_filter(items, lambda i: i.type = 'file_search_call')), 0) as varchar) as file_search_calls,
    case when gemini_major < 3 and len(search_queries) > 0 then '1' end as grounding_prompts,
    case when gemini_major >= 3 and len(search_queries) > 0 then cast(len(search_queries) as varchar) end
        as grounding_queries,
    coalesce(nullif(told.cost_usd, ''), json_extract_string(usage, '$.cost.total_cost'), usage ->> 'estimated_cost')
        as cost,
    coalesce(asked.user, asked.metadata ->> 'user_id') as user_id,
    map_concat(
        map_from_entries(list_filter(
            map_entries(coalesce(from_json(record, '"MAP(VARCHAR, VARCHAR)"'), map())),
            lambda e: length(e.value) <= 256
        )),
        coalesce(told_map(answers[1].metadata), map()),
        coalesce(told_map(asked.metadata), map()),
        coalesce(told_map(told_json(told.labels)), map()),
        coalesce(told_map(told_json(told.properties)), map()),
        coalesce(told_map(told_json(told.attributes)), map()),
        coalesce(told_map(told_json(told.context)), map()),
        coalesce(told_map(told_json(told.tags)), map()),
        coalesce(told_map(told_json(told.metadata)), map())
    ) as attributes
from raw.addressed_bodies
