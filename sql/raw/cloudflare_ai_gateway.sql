-- One row per delivered request of Cloudflare's AI Gateway, as text
-- grain: source_line
with
-- The API writes snake_case, Logpush capitals with the measures in an object.
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "created_at": "VARCHAR", "provider": "VARCHAR", "model": "VARCHAR",
            "tokens_in": "VARCHAR", "tokens_out": "VARCHAR", "cost": "VARCHAR", "cached": "VARCHAR",
            "duration": "VARCHAR", "status_code": "VARCHAR", "success": "VARCHAR", "path": "VARCHAR",
            "metadata": "JSON", "usage_metadata": "JSON"}'
        ) as api,
        from_json(
            record,
            '{"Timestamp": "VARCHAR", "Provider": "VARCHAR", "Model": "VARCHAR", "RequestedModel": "VARCHAR",
            "Cached": "VARCHAR", "StatusCode": "VARCHAR", "RateLimited": "VARCHAR", "Endpoint": "VARCHAR",
            "Gateway": "VARCHAR", "Metadata": "JSON", "Metrics": "JSON"}'
        ) as pushed,
        coalesce(json_exists(record, '$.Gateway'), false) as is_pushed
    from raw.staged
),

opened as (
    select
        source_line,
        record,
        api,
        pushed,
        is_pushed,
        coalesce(told_map(told_json(if(is_pushed, pushed.metadata, api.metadata))), map()) as metadata,
        coalesce(told_map(told_json(pushed.metrics)), map()) as metrics,
        coalesce(told_map(told_json(api.usage_metadata)), map()) as details,
        lower(nullif(if(is_pushed, pushed.provider, api.provider), '')) as provider,
        lower(coalesce(if(is_pushed, pushed.model, api.model), '')) as model,
        if(is_pushed, pushed.statuscode, api.status_code) as status_text,
        if(is_pushed, pushed.endpoint, api.path) as path
    from delivered
),

measured as (
    select
        *,
        nullif(coalesce(api.tokens_in, metrics['tokensIn'], metrics['inputTokens']), '') as tokens_in,
        nullif(coalesce(api.tokens_out, metrics['tokensOut'], metrics['outputTokens']), '') as tokens_out,
        details['input_cached_tokens'] as cached_tokens,
        details['input_cache_creation_tokens'] as created_tokens,
        coalesce(details['reasoningTokens'], details['reasoning_tokens']) as reasoning_tokens
    from opened
),

-- The gateway hands on each provider's own counts, so what is split off is beside or inside them as it is there.
ruled as (
    select
        *,
        case
            when coalesce(tokens_in, tokens_out) is null then null
            when coalesce(cached_tokens, created_tokens, reasoning_tokens) is null then 'cloudflare_gateway'
            when provider in ('anthropic', 'aws-bedrock') or (provider like 'google-%' and model like '%claude%')
                then 'anthropic'
            when provider like 'google-%' then 'gemini'
            when
                provider in ('openai', 'azure-openai', 'deepseek', 'groq', 'mistral', 'openrouter')
                or provider in ('perplexity-ai', 'cerebras')
                then 'openai_chat'
            else 'cloudflare_gateway'
        end as rule
    from measured
)

select
    source_line,
    record,
    case when provider is null then 'the provider is missing; export whole rows of the gateway' end as reject_reason,
    nullif(api.id, '') as record_key,
    2 as witness,
    if(is_pushed, pushed.timestamp, api.created_at) as started,
    coalesce(api.duration, metrics['durationMs']) as duration_ms,
    replace(provider, '-', '_') as provider_name,
    coalesce(nullif(pushed.requestedmodel, ''), nullif(if(is_pushed, pushed.model, api.model), '')) as request_model,
    nullif(if(is_pushed, pushed.model, api.model), '') as response_model,
    case
        when path like '%embed%' then 'embeddings'
        when regexp_matches(path, '(chat/completions|messages|responses|generateContent)') then 'chat'
    end as operation,
    case when lower(if(is_pushed, pushed.cached, api.cached)) in ('true', '1') then 'true' end as is_cache_hit,
    case
        when
            lower(api.success) in ('false', '0')
            or lower(pushed.ratelimited) in ('true', '1')
            or try_cast(status_text as integer) not between 200 and 399
            then 'true'
    end as has_error,
    status_text as http_status,
    rule as usage_rule,
    cast(case rule
        when 'anthropic'
            then json_object(
                'input_tokens', tokens_in, 'output_tokens', tokens_out,
                'cache_read_input_tokens', cached_tokens, 'cache_creation_input_tokens', created_tokens
            )
        when 'gemini'
            then json_object(
                'promptTokenCount', tokens_in, 'candidatesTokenCount', tokens_out,
                'cachedContentTokenCount', cached_tokens, 'thoughtsTokenCount', reasoning_tokens
            )
        when 'openai_chat'
            then json_object(
                'prompt_tokens', tokens_in, 'completion_tokens', tokens_out,
                'prompt_tokens_details', json_object(
                    'cached_tokens', cached_tokens, 'cache_write_tokens', created_tokens
                ),
                'completion_tokens_details', json_object('reasoning_tokens', reasoning_tokens)
            )
        when 'cloudflare_gateway' then json_object('tokens_in', tokens_in, 'tokens_out', tokens_out)
    end as varchar) as usage,
    nullif(coalesce(api.cost, metrics['cost']), '') as cost,
    nullif(metadata['user'], '') as user_id,
    map_concat(map { 'cloudflare.gateway': pushed.gateway }, metadata) as attributes
from ruled
