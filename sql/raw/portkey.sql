-- One row per delivered Portkey request, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "created_at": "VARCHAR", "trace_id": "VARCHAR", "span_id": "VARCHAR",
            "parent_span_id": "VARCHAR", "is_success": "VARCHAR", "ai_org": "VARCHAR", "ai_model": "VARCHAR",
            "req_units": "VARCHAR", "res_units": "VARCHAR", "total_units": "VARCHAR", "cost": "VARCHAR",
            "cost_currency": "VARCHAR", "request_url": "VARCHAR", "response_time": "VARCHAR",
            "response_status_code": "VARCHAR", "cache_status": "VARCHAR", "stream_mode": "VARCHAR",
            "retry_success_count": "VARCHAR", "prompt_slug": "VARCHAR", "prompt_version_id": "VARCHAR",
            "metadata": "JSON", "response": "JSON"}'
        ) as told
    from raw.staged
),

-- The answer stands as it is, below `body`, or in a column of its own.
answered as (
    select
        source_line,
        record,
        told.* exclude (metadata, response),
        coalesce(told_map(told_json(told.metadata)), map()) as metadata,
        coalesce(
            told_json(json_extract(record, '$."response.body"')),
            told_json(told_json(told.response) -> 'body'),
            told_json(told.response)
        ) as answer
    from delivered
),

counted as (
    select
        *,
        case when json_type(answer, '$.usage') = 'OBJECT' then answer -> 'usage' end as usage,
        coalesce(json_keys(answer, '$.usage'), []) as names
    from answered
),

-- Portkey writes Anthropic's counts under OpenAI's names; its total then has the cache beside the prompt.
related as (
    select
        *,
        coalesce(
            try_cast(usage ->> 'total_tokens' as decimal(28, 6))
            = try_cast(usage ->> 'prompt_tokens' as decimal(28, 6))
            + try_cast(usage ->> 'completion_tokens' as decimal(28, 6))
            + coalesce(try_cast(usage ->> 'cache_read_input_tokens' as decimal(28, 6)), 0)
            + coalesce(try_cast(usage ->> 'cache_creation_input_tokens' as decimal(28, 6)), 0)
            and coalesce(usage ->> 'cache_read_input_tokens', usage ->> 'cache_creation_input_tokens') is not null,
            false
        ) as is_beside_cache,
        usage_rule(null, null, names, usage_shape(names)) as rule_by_names
    from counted
)

select
    source_line,
    record,
    case when nullif(ai_org, '') is null then 'ai_org is missing; export whole Portkey rows' end as reject_reason,
    nullif(id, '') as record_key,
    2 as witness,
    nullif(trace_id, '') as trace_id,
    nullif(span_id, '') as span_id,
    created_at as started,
    response_time as duration_ms,
    retry_success_count as resend_count,
    replace(ai_org, '-', '_') as provider_name,
    request_url as server_address,
    nullif(ai_model, '') as request_model,
    answer ->> 'model' as response_model,
    case
        when request_url like '%/embeddings%' then 'embeddings'
        when regexp_matches(request_url, '/(chat/completions|messages|responses)') then 'chat'
    end as operation,
    coalesce(answer ->> 'service_tier', answer ->> '$.usage.service_tier') as service_tier,
    answer ->> 'id' as provider_response_id,
    case when lower(stream_mode) in ('true', 'false') then lower(stream_mode) end as is_streaming,
    case when regexp_full_match(upper(cache_status), '(SEMANTIC )?HIT') then 'true' end as is_cache_hit,
    case
        when
            lower(is_success) in ('0', 'false')
            or try_cast(response_status_code as integer) not between 200 and 399
            then 'true'
    end as has_error,
    coalesce(answer ->> '$.error.type', answer ->> '$.error.code') as error_type,
    response_status_code as http_status,
    coalesce(answer ->> '$.choices[0].finish_reason', answer ->> 'stop_reason') as finish_reason,
    case
        when is_beside_cache then 'anthropic'
        when rule_by_names is not null then rule_by_names
        when coalesce(nullif(req_units, ''), nullif(res_units, '')) is not null then 'cloudflare_gateway'
    end as usage_rule,
    case
        when is_beside_cache
            then cast(json_object(
                'input_tokens', usage ->> 'prompt_tokens',
                'output_tokens', usage ->> 'completion_tokens',
                'cache_read_input_tokens', usage ->> 'cache_read_input_tokens',
                'cache_creation_input_tokens', usage ->> 'cache_creation_input_tokens',
                'cache_creation', usage -> 'cache_creation'
            ) as varchar)
        when rule_by_names is not null then cast(usage as varchar)
        when coalesce(nullif(req_units, ''), nullif(res_units, '')) is not null
            then cast(json_object(
                'tokens_in', nullif(req_units, ''), 'tokens_out', nullif(res_units, '')
            ) as varchar)
    end as usage,
    -- In cents of a dollar.
    case
        when coalesce(upper(nullif(cost_currency, '')), 'USD') = 'USD'
            then coalesce(
                cast(try_cast(cost as decimal(34, 16)) * cast(0.01 as decimal(3, 2)) as varchar),
                nullif(cost, '')
            )
    end as cost,
    coalesce(nullif(metadata['_user'], ''), nullif(metadata['user'], '')) as user_id,
    nullif(metadata['_environment'], '') as environment,
    nullif(prompt_slug, '') as prompt_name,
    nullif(prompt_version_id, '') as prompt_version,
    metadata as attributes
from related
