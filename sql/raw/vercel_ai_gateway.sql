-- One row per delivered generation of Vercel's AI Gateway, as text
-- grain: source_line
with
-- An answer of GET /v1/generation wraps the generation.
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

-- The AI SDK respells the names and leaves `native` out.
delivered as (
    select
        source_line,
        record,
        from_json(
            case
                when contains(generation, '"createdAt"') then cast(told_snake(generation) as varchar)
                else generation
            end,
            '{"id": "VARCHAR", "created_at": "VARCHAR", "generation_time": "VARCHAR", "model": "VARCHAR",
            "provider_name": "VARCHAR", "is_byok": "VARCHAR", "streamed": "VARCHAR", "finish_reason": "VARCHAR",
            "native_tokens_prompt": "VARCHAR", "native_tokens_completion": "VARCHAR",
            "native_tokens_reasoning": "VARCHAR", "native_tokens_cached": "VARCHAR",
            "native_tokens_cache_creation": "VARCHAR", "billable_web_search_calls": "VARCHAR",
            "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "reasoning_tokens": "VARCHAR",
            "cached_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR",
            "total_cost": "VARCHAR", "usage": "VARCHAR", "upstream_inference_cost": "VARCHAR"}'
        ) as told
    from unwrapped
),

judged as (
    select
        *,
        coalesce(try_cast(told.is_byok as boolean), false) as is_own_key,
        lower(told.provider_name) as provider,
        coalesce(nullif(told.total_cost, ''), nullif(told.usage, '')) as charge,
        coalesce(nullif(told.native_tokens_prompt, ''), told.prompt_tokens) as input_count,
        coalesce(nullif(told.native_tokens_completion, ''), told.completion_tokens) as output_count
    from delivered
)

select
    source_line,
    record,
    case when nullif(told.id, '') is null then 'the id of the generation is missing; export whole generations' end
        as reject_reason,
    nullif(told.id, '') as record_key,
    2 as witness,
    told.created_at as started,
    told.generation_time as duration_ms,
    case
        when provider like '%vertex%' then 'vertex_ai'
        when provider like '%bedrock%' then 'bedrock'
        else nullif(provider, '')
    end as provider_name,
    nullif(told.model, '') as request_model,
    nullif(told.model, '') as response_model,
    nullif(told.id, '') as provider_response_id,
    told.streamed as is_streaming,
    nullif(told.finish_reason, '') as finish_reason,
    case when coalesce(input_count, output_count) is not null then 'vercel_gateway' end as usage_rule,
    case
        when coalesce(input_count, output_count) is not null
            then cast(json_object(
                'input_tokens', input_count,
                'output_tokens', output_count,
                'cached_input_tokens', coalesce(nullif(told.native_tokens_cached, ''), told.cached_tokens),
                'cache_creation_input_tokens',
                coalesce(nullif(told.native_tokens_cache_creation, ''), told.cache_creation_tokens),
                'reasoning_tokens', coalesce(nullif(told.native_tokens_reasoning, ''), told.reasoning_tokens),
                'server_tool_use_details',
                json_object('web_search_requests', nullif(told.billable_web_search_calls, ''))
            ) as varchar)
    end as usage,
    case
        when is_own_key and contains(told.upstream_inference_cost, '_') then told.upstream_inference_cost
        when is_own_key and not contains(charge, '_') and try_cast(charge as decimal(38, 18)) is not null
            then cast(
                cast(charge as decimal(38, 18))
                + coalesce(try_cast(told.upstream_inference_cost as decimal(38, 18)), 0) as varchar
            )
        else charge
    end as cost
from judged
