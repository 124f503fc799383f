-- One row per delivered Weave call, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "op_name": "VARCHAR", "display_name": "VARCHAR", "trace_id": "VARCHAR",
            "parent_id": "VARCHAR", "thread_id": "VARCHAR", "started_at": "VARCHAR", "ended_at": "VARCHAR",
            "exception": "VARCHAR", "attributes": "JSON", "inputs": "JSON", "output": "JSON", "summary": "JSON"}'
        ) as told
    from raw.staged
),

opened as (
    select
        source_line,
        record,
        told,
        told_json(told.output) as answer,
        told_json(told.summary) as summary,
        coalesce(told_map(told_json(told.attributes)), map()) as attributes,
        coalesce(
            nullif(regexp_extract(told.op_name, '/op/([^:]+)', 1), ''), nullif(split_part(told.op_name, ':', 1), '')
        ) as op
    from delivered
),

-- Usage is told by model; a call that names several is a sum over them.
used as (
    select
        *,
        coalesce(json_keys(summary, '$.usage'), []) as models,
        coalesce(from_json(summary -> 'usage', '"MAP(VARCHAR, JSON)"'), map()) as usages,
        coalesce(from_json(summary -> '$.weave.costs', '"MAP(VARCHAR, JSON)"'), map()) as costs
    from opened
),

single as (
    select
        *,
        case when len(models) = 1 then nullif(models[1], '') end as model,
        case when len(models) = 1 and json_type(usages[models[1]]) = 'OBJECT' then usages[models[1]] end as told_usage,
        coalesce(
            json_exists(usages[models[1]], '$.candidates_token_count')
            or json_exists(usages[models[1]], '$.total_token_count'),
            false
        ) as is_gemini,
        regexp_matches(lower(op), 'stream$') as is_stream,
        regexp_matches(
            lower(op),
            '^(openai|anthropic|google|vertexai|mistral|mistralai|cohere|groq|cerebras|litellm|bedrock|bedrockruntime'
            || '|xai)[._]'
        ) as is_client,
        lower(op) like 'bedrockruntime.converse%' as is_converse
    from used
),

-- Of Gemini's counts Weave leaves out the thoughts, of Converse's the cache; the answer has them, or the total.
worded as (
    select
        *,
        case
            when is_converse and json_exists(answer, '$.usage.inputTokens') then answer -> 'usage'
            when is_converse
                then json_object(
                    'inputTokens', told_usage ->> 'prompt_tokens',
                    'outputTokens', told_usage ->> 'completion_tokens',
                    'totalTokens', told_usage ->> 'total_tokens'
                )
            when not is_gemini then told_usage
            when not is_stream and json_type(answer, '$.usage_metadata') = 'OBJECT'
                then told_gemini(answer -> 'usage_metadata')
            else
                json_object(
                    'promptTokenCount', told_usage ->> 'prompt_token_count',
                    'candidatesTokenCount', told_usage ->> 'candidates_token_count',
                    'cachedContentTokenCount', told_usage ->> 'cached_content_token_count',
                    'thoughtsTokenCount', nullif(greatest(
                        told_whole(told_usage ->> 'total_token_count')
                        - coalesce(told_whole(told_usage ->> 'prompt_token_count'), 0)
                        - coalesce(told_whole(told_usage ->> 'candidates_token_count'), 0),
                        0
                    ), 0),
                    'totalTokenCount', told_usage ->> 'total_token_count'
                )
        end as usage
    from single
),

ruled as (
    select
        *,
        case
            when is_gemini then 'gemini'
            when is_converse and coalesce(told_usage ->> 'prompt_tokens', usage ->> 'inputTokens') is not null
                then 'bedrock_converse'
            when not is_converse
                then usage_rule(
                    case when lower(model) like '%claude%' then 'anthropic' end,
                    null,
                    json_keys(usage),
                    usage_shape(json_keys(usage))
                )
        end as rule,
        map_entries(coalesce(told_map(costs[model]), map())) as priced
    from worded
)

select
    source_line,
    record,
    case
        when nullif(told.id, '') is null then 'the id of the call is missing; export whole Weave calls'
        when op is null then 'op_name is missing; export whole Weave calls'
    end as reject_reason,
    nullif(told.id, '') as record_key,
    left(replace(told.ended_at, ' ', 'T'), 26) as version,
    case
        when is_client then 'call'
        when rule is not null then 'aggregate'
        else 'context'
    end as role,
    5 as witness,
    nullif(told.trace_id, '') as trace_id,
    nullif(told.id, '') as span_id,
    nullif(told.parent_id, '') as parent_span_id,
    coalesce(nullif(told.display_name, ''), op) as span_name,
    told.started_at as started,
    told.ended_at as ended,
    case when is_client then nullif(regexp_extract(lower(op), '^(bedrock|[a-z]+)', 1), '') end as provider_name,
    coalesce(told_json(told.inputs) ->> 'model', told_json(told.inputs) ->> 'modelId', model) as request_model,
    coalesce(answer ->> 'model', answer ->> 'model_version', model) as response_model,
    case
        when lower(op) like '%embed%' then 'embeddings'
        when is_client then 'chat'
    end as operation,
    coalesce(answer ->> 'service_tier', answer ->> '$.usage.service_tier') as service_tier,
    case when is_client then coalesce(answer ->> 'id', answer ->> 'response_id') end as provider_response_id,
    case
        when nullif(told.exception, '') is not null or summary ->> '$.weave.status' = 'error' then 'true'
    end as has_error,
    coalesce(
        nullif(regexp_extract(told.exception, '([A-Za-z_]*(?:Error|Exception|Timeout)[A-Za-z]*)', 1), ''),
        nullif(regexp_extract(lower(told.exception), '(timeout|timed out|cancel|abort)', 1), '')
    ) as error_type,
    nullif(regexp_extract(told.exception, '(?:code|status)[^0-9]{0,8}([45][0-9][0-9])', 1), '') as http_status,
    coalesce(
        answer ->> '$.choices[0].finish_reason', answer ->> 'stop_reason', answer ->> 'stopReason'
    ) as finish_reason,
    -- Of a stream of Gemini's Weave adds up what each chunk counts anew.
    case
        when is_gemini and is_stream then 'estimated'
        when
            is_converse and coalesce(usage ->> 'cacheReadInputTokens', usage ->> 'cacheWriteInputTokens') is null
            and told_whole(usage ->> 'totalTokens')
            > told_whole(usage ->> 'inputTokens') + told_whole(usage ->> 'outputTokens')
            then 'partial'
    end as usage_basis,
    rule as usage_rule,
    case when rule is not null then cast(usage as varchar) end as usage,
    cast(list_sum(list_transform(
        list_filter(priced, lambda e: ends_with(e.key, '_total_cost')),
        lambda e: try_cast(e.value as decimal(38, 18))
    )) as varchar) as cost,
    nullif(told.thread_id, '') as session_id,
    attributes
from ruled
