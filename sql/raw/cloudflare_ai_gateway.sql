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
            "metadata": "JSON"}'
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
        lower(nullif(if(is_pushed, pushed.provider, api.provider), '')) as provider,
        if(is_pushed, pushed.statuscode, api.status_code) as status_text,
        if(is_pushed, pushed.endpoint, api.path) as path
    from delivered
),

measured as (
    select
        *,
        nullif(coalesce(api.tokens_in, metrics['tokensIn'], metrics['inputTokens']), '') as tokens_in,
        nullif(coalesce(api.tokens_out, metrics['tokensOut'], metrics['outputTokens']), '') as tokens_out
    from opened
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
    case when coalesce(tokens_in, tokens_out) is not null then 'cloudflare_gateway' end as usage_rule,
    case
        when coalesce(tokens_in, tokens_out) is not null
            then cast(json_object('tokens_in', tokens_in, 'tokens_out', tokens_out) as varchar)
    end as usage,
    nullif(coalesce(api.cost, metrics['cost']), '') as cost,
    nullif(metadata['user'], '') as user_id,
    map_concat(map { 'cloudflare.gateway': pushed.gateway }, metadata) as attributes
from measured
