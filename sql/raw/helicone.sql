-- One row per delivered Helicone request, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"request_id": "VARCHAR", "response_id": "VARCHAR", "request_created_at": "VARCHAR",
            "response_created_at": "VARCHAR", "response_body": "JSON",
            "response_status": "VARCHAR", "status": "VARCHAR", "request_model": "VARCHAR", "model": "VARCHAR",
            "response_model": "VARCHAR", "model_override": "VARCHAR", "provider": "VARCHAR",
            "request_user_id": "VARCHAR", "user_id": "VARCHAR", "request_properties": "JSON", "properties": "JSON",
            "delay_ms": "VARCHAR", "latency": "VARCHAR", "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR",
            "reasoning_tokens": "VARCHAR", "prompt_cache_write_tokens": "VARCHAR",
            "prompt_cache_read_tokens": "VARCHAR", "prompt_cache_write_5m": "VARCHAR",
            "prompt_cache_write_1h": "VARCHAR", "prompt_audio_tokens": "VARCHAR",
            "completion_audio_tokens": "VARCHAR", "costUSD": "VARCHAR", "cost_usd": "VARCHAR", "cost": "VARCHAR",
            "prompt_id": "VARCHAR", "prompt_version": "VARCHAR", "cache_reference_id": "VARCHAR",
            "target_url": "VARCHAR", "organization_id": "VARCHAR", "updated_at": "VARCHAR"}'
        ) as told
    from raw.staged
),

-- An export to CSV holds the properties as JSON text; one with bodies has the provider's answer.
opened as (
    select
        *,
        -- Helicone's exporter doubles the quotes of its CSV twice.
        coalesce(
            told_map(told_json(told.request_properties)),
            told_map(told_container(replace(told.request_properties ->> '$', '""', '"'))),
            told_map(told_json(told.properties))
        ) as properties,
        told_json(told.response_body) as answer,
        nullif(told.request_id, '') as request_key,
        nullif(told.response_id, '') as response_key,
        told.latency is not null and told.delay_ms is null and told.request_id is not null as is_clickhouse,
        coalesce(nullif(told.response_status, ''), nullif(told.status, '')) as status_text,
        try_cast(told.prompt_cache_write_tokens as bigint)
        - coalesce(try_cast(told.prompt_cache_write_5m as bigint), 0)
        - coalesce(try_cast(told.prompt_cache_write_1h as bigint), 0) as other_writes
    from delivered
)

select
    source_line,
    record,
    case
        when coalesce(request_key, response_key) is null then 'request_id is missing; export whole Helicone rows'
    end as reject_reason,
    coalesce(request_key, response_key) as record_key,
    coalesce(told.updated_at, told.response_created_at) as version,
    2 as witness,
    told.request_created_at as started,
    told.response_created_at as ended,
    coalesce(told.delay_ms, told.latency) as duration_ms,
    told.provider as provider_name,
    told.target_url as server_address,
    coalesce(nullif(told.model_override, ''), nullif(told.request_model, ''), nullif(told.model, ''))
        as request_model,
    nullif(told.response_model, '') as response_model,
    case
        when
            coalesce(nullif(told.cache_reference_id, ''), '00000000-0000-0000-0000-000000000000')
            <> '00000000-0000-0000-0000-000000000000' then 'true'
    end as is_cache_hit,
    case when try_cast(status_text as integer) between 200 and 399 then 'false' else 'true' end as has_error,
    status_text as http_status,
    coalesce(
        answer ->> '$.choices[0].finish_reason', answer ->> 'stop_reason', answer ->> '$.candidates[0].finishReason'
    ) as finish_reason,
    coalesce(answer ->> 'id', answer ->> 'responseId') as provider_response_id,
    told.organization_id as account_id,
    'disjoint_classes' as usage_rule,
    cast(json_object(
        'input_tokens', nullif(told.prompt_tokens, ''),
        'cache_read_tokens', nullif(told.prompt_cache_read_tokens, ''),
        'cache_write_5m_tokens', nullif(told.prompt_cache_write_5m, ''),
        'cache_write_1h_tokens', nullif(told.prompt_cache_write_1h, ''),
        'cache_write_unknown_tokens',
        case
            when told.prompt_cache_write_5m is null and told.prompt_cache_write_1h is null
                then nullif(told.prompt_cache_write_tokens, '')
            else cast(nullif(other_writes, 0) as varchar)
        end,
        'input_audio_tokens', nullif(told.prompt_audio_tokens, ''),
        'output_tokens', nullif(told.completion_tokens, ''),
        'reasoning_tokens', nullif(told.reasoning_tokens, ''),
        'output_audio_tokens', nullif(told.completion_audio_tokens, '')
    ) as varchar) as usage,
    -- Exports state dollars, ClickHouse rows billionths of a dollar.
    case
        when is_clickhouse
            then cast(try_cast(told.cost as decimal(28, 0)) * cast(0.000000001 as decimal(10, 9)) as varchar)
        else coalesce(nullif(told.costusd, ''), nullif(told.cost_usd, ''), nullif(told.cost, ''))
    end as cost,
    coalesce(nullif(told.request_user_id, ''), nullif(told.user_id, '')) as user_id,
    nullif(properties['Helicone-Session-Id'], '') as session_id,
    nullif(told.prompt_id, '') as prompt_name,
    nullif(told.prompt_version, '') as prompt_version,
    -- They come as headers, whose names may be cased and cut in any way: Customer-Id is customer_id.
    told_named(map_entries(properties) || list_transform(
        map_entries(properties),
        lambda e: {
            'key': replace(lower(regexp_replace(e.key, '([a-z0-9])([A-Z])', '\1_\2', 'g')), '-', '_'),
            'value': e.value
        }
    )) as attributes
from opened
