-- One row per try at each delivered OpenRouter generation, the last one with its usage and cost, as text
-- grain: source_line, attempt_no
with
-- An answer of GET /generation wraps the generation.
unwrapped as (
    select
        source_line,
        record,
        case
            when json_type(record, '$.data') = 'OBJECT' then cast(json_extract(record, '$.data') as varchar)
            else record
        end as generation
    from raw.staged
),

delivered as (
    select
        source_line,
        record,
        from_json(
            case
                when contains(generation, '"createdAt"') then cast(told_snake(generation) as varchar)
                else generation
            end,
            '{"id": "VARCHAR", "generation_id": "VARCHAR", "created_at": "VARCHAR", "latency": "VARCHAR",
            "generation_time": "VARCHAR", "generation_time_ms": "VARCHAR", "model": "VARCHAR",
            "model_permaslug": "VARCHAR", "variant": "VARCHAR", "provider_name": "VARCHAR", "is_byok": "VARCHAR",
            "api_type": "VARCHAR", "router": "VARCHAR", "streamed": "VARCHAR", "cancelled": "VARCHAR",
            "finish_reason": "VARCHAR", "finish_reason_normalized": "VARCHAR", "finish_reason_raw": "VARCHAR",
            "native_finish_reason": "VARCHAR", "service_tier": "VARCHAR", "tokens_prompt": "VARCHAR",
            "tokens_completion": "VARCHAR", "tokens_reasoning": "VARCHAR", "tokens_cached": "VARCHAR",
            "native_tokens_prompt": "VARCHAR", "native_tokens_completion": "VARCHAR",
            "native_tokens_reasoning": "VARCHAR", "native_tokens_cached": "VARCHAR",
            "native_tokens_completion_images": "VARCHAR", "total_cost": "VARCHAR", "usage": "VARCHAR",
            "cost_total": "VARCHAR", "upstream_inference_cost": "VARCHAR", "byok_usage_inference": "VARCHAR",
            "response_cache_source_id": "VARCHAR", "provider_responses": "JSON", "external_user": "VARCHAR",
            "user": "VARCHAR", "session_id": "VARCHAR", "workspace_id": "VARCHAR", "app_name": "VARCHAR",
            "api_key_name": "VARCHAR", "preset_id": "VARCHAR", "origin": "VARCHAR"}'
        ) as told
    from unwrapped
),

opened as (
    select
        source_line,
        record,
        told,
        from_json(
            case json_type(told.provider_responses)
                when 'VARCHAR' then coalesce(try_cast(told.provider_responses ->> '$' as json), '[]')
                else coalesce(told.provider_responses, '[]')
            end,
            '[{"status": "VARCHAR", "model_permaslug": "VARCHAR", "modelPermaslug": "VARCHAR"}]'
        ) as tries,
        coalesce(nullif(told.id, ''), nullif(told.generation_id, '')) as generation_id,
        coalesce(nullif(told.model, ''), nullif(told.model_permaslug, '')) as model,
        coalesce(nullif(told.total_cost, ''), nullif(told.usage, ''), nullif(told.cost_total, '')) as charge,
        coalesce(nullif(told.upstream_inference_cost, ''), nullif(told.byok_usage_inference, '')) as upstream_cost,
        told.native_tokens_prompt is null and told.generation_id is null as is_retokenized
    from delivered
),

-- Only a call on the caller's own key is billed by the provider itself, beside OpenRouter's fee.
judged as (
    select
        *,
        coalesce(
            try_cast(told.is_byok as boolean),
            told.generation_id is not null and try_cast(told.byok_usage_inference as decimal(38, 18)) > 0,
            false
        ) as is_own_key,
        try_cast(told.cancelled as boolean) as is_cancelled,
        greatest(coalesce(len(tries), 1), 1) as try_count
    from opened
),

numbered as (
    select
        *,
        unnest(range(1, try_count + 1)) as try_no
    from judged
),

tried as (
    select
        *,
        tries[try_no] as answer,
        try_no = try_count as is_last
    from numbered
    where try_no = try_count or generation_id is not null
)

select
    source_line,
    record,
    case when generation_id is null then 'the id of the generation is missing; export whole generations' end
        as reject_reason,
    case when is_last then generation_id else generation_id || ':try:' || try_no end as record_key,
    2 as witness,
    told.created_at as started,
    case
        when is_last
            then coalesce(
                cast(greatest(
                    try_cast(told.generation_time as decimal(28, 9)), try_cast(told.latency as decimal(28, 9))
                ) as varchar),
                told.generation_time_ms
            )
    end as duration_ms,
    generation_id as call_key,
    cast(case when len(tries) > 0 then try_no end as varchar) as attempt_no,
    case
        when not is_own_key then 'openrouter'
        when lower(told.provider_name) = 'google' then 'vertex_ai'
        else replace(lower(told.provider_name), ' ', '_')
    end as provider_name,
    model as request_model,
    coalesce(
        answer.model_permaslug,
        answer.modelpermaslug,
        nullif(told.model_permaslug, ''),
        regexp_replace(model, ':[a-z]+$', '')
    ) as response_model,
    case
        when told.api_type in ('completions', 'chat') then 'chat'
        else nullif(told.api_type, '')
    end as operation,
    case
        when told.variant = 'free' or ends_with(model, ':free') then 'free'
        else nullif(told.service_tier, '')
    end as service_tier,
    case when is_last then generation_id end as provider_response_id,
    told.streamed as is_streaming,
    case when is_last and nullif(told.response_cache_source_id, '') is not null then 'true' end as is_cache_hit,
    case when try_cast(answer.status as integer) not between 200 and 399 then 'true' end as has_error,
    case when is_cancelled and is_last then 'cancelled' end as error_type,
    answer.status as http_status,
    case
        when is_last
            then coalesce(
                nullif(told.finish_reason, ''),
                nullif(told.finish_reason_normalized, ''),
                nullif(told.native_finish_reason, ''),
                nullif(told.finish_reason_raw, '')
            )
    end as finish_reason,
    case when not is_own_key then nullif(told.workspace_id, '') end as account_id,
    'openrouter' as usage_rule,
    case
        when
            is_last
            and coalesce(
                nullif(told.native_tokens_prompt, ''),
                nullif(told.tokens_prompt, ''),
                nullif(told.native_tokens_completion, ''),
                nullif(told.tokens_completion, '')
            ) is not null
            then cast(json_object(
                'prompt_tokens', coalesce(nullif(told.native_tokens_prompt, ''), nullif(told.tokens_prompt, '')),
                'completion_tokens',
                coalesce(nullif(told.native_tokens_completion, ''), nullif(told.tokens_completion, '')),
                'prompt_tokens_details', json_object(
                    'cached_tokens', coalesce(nullif(told.native_tokens_cached, ''), nullif(told.tokens_cached, ''))
                ),
                'completion_tokens_details', json_object(
                    'reasoning_tokens',
                    coalesce(nullif(told.native_tokens_reasoning, ''), nullif(told.tokens_reasoning, '')),
                    'image_tokens', nullif(told.native_tokens_completion_images, '')
                )
            ) as varchar)
    end as usage,
    case when is_retokenized and is_last then 'estimated' end as usage_basis,
    case
        when not is_last then null
        when is_own_key and contains(upstream_cost, '_') then upstream_cost
        when is_own_key and not contains(charge, '_') and try_cast(charge as decimal(38, 18)) is not null
            then cast(
                cast(charge as decimal(38, 18)) + coalesce(try_cast(upstream_cost as decimal(38, 18)), 0) as varchar
            )
        else charge
    end as cost,
    coalesce(nullif(told.external_user, ''), nullif(told.user, '')) as user_id,
    nullif(told.session_id, '') as session_id,
    nullif(told.app_name, '') as service_name,
    map_from_entries(list_filter(
        [
            { 'key': 'api_key_name', 'value': told.api_key_name },
            { 'key': 'app_name', 'value': told.app_name },
            { 'key': 'workspace_id', 'value': told.workspace_id },
            { 'key': 'preset_id', 'value': told.preset_id },
            { 'key': 'router', 'value': told.router },
            { 'key': 'origin', 'value': told.origin }
        ],
        lambda e: e.value <> ''
    )) as attributes
from tried
