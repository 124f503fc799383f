-- One row per usage object whose totals include their parts: each count as text, wherever it stands
-- grain: body_id
with
-- One look into the object and one into each of its details: each look reads all of it.
opened as (
    select
        body_id,
        rule,
        coalesce(json_type(usage) = 'OBJECT', false) as is_object,
        from_json(
            usage,
            '{"prompt_tokens": "VARCHAR", "input_tokens": "VARCHAR", "completion_tokens": "VARCHAR",
            "output_tokens": "VARCHAR", "total_tokens": "VARCHAR", "prompt_cache_hit_tokens": "VARCHAR",
            "cached_tokens": "VARCHAR", "num_cached_tokens": "VARCHAR", "cached_prompt_text_tokens": "VARCHAR",
            "cached_input_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR",
            "prompt_cache_miss_tokens": "VARCHAR", "cache_creation_input_tokens": "VARCHAR",
            "prompt_image_tokens": "VARCHAR", "reasoning_tokens": "VARCHAR", "prompt_audio_seconds": "VARCHAR",
            "type": "VARCHAR", "seconds": "VARCHAR", "cost_in_usd_ticks": "VARCHAR", "cost": "VARCHAR",
            "connector_tokens": "VARCHAR", "connectors": "JSON",
            "num_server_side_tools_used": "VARCHAR", "num_sources_used": "VARCHAR",
            "server_tool_use_details": {"web_search_requests": "VARCHAR"},
            "server_side_tool_usage_details": {"web_search_calls": "VARCHAR", "x_search_calls": "VARCHAR",
            "file_search_calls": "VARCHAR", "document_search_calls": "VARCHAR", "code_interpreter_calls": "VARCHAR",
            "image_generation_calls": "VARCHAR"},
            "prompt_tokens_details": "JSON", "input_tokens_details": "JSON", "prompt_token_details": "JSON",
            "input_token_details": "JSON", "completion_tokens_details": "JSON", "output_tokens_details": "JSON",
            "completion_token_details": "JSON", "output_token_details": "JSON"}'
        ) as told
    from raw.usage_bodies
    where rule in (
        'openai_chat', 'openai_responses', 'openai_realtime', 'openai_images', 'openai_transcription',
        'gemini_openai', 'deepseek', 'xai', 'mistral', 'openrouter', 'openrouter_activity', 'litellm',
        'vercel_gateway', 'total_only'
    )
),

-- The same two objects of details go by several names.
detailed as (
    select
        *,
        from_json(
            case
                when json_type(told.prompt_tokens_details) = 'OBJECT' then told.prompt_tokens_details
                when json_type(told.input_tokens_details) = 'OBJECT' then told.input_tokens_details
                when json_type(told.prompt_token_details) = 'OBJECT' then told.prompt_token_details
                when json_type(told.input_token_details) = 'OBJECT' then told.input_token_details
            end,
            '{"cached_tokens": "VARCHAR", "cache_write_tokens": "VARCHAR", "cache_creation_tokens": "VARCHAR",
            "cache_write_tokens_details": {"ttl_30m_tokens": "VARCHAR", "ttl_12h_tokens": "VARCHAR"},
            "cache_creation_token_details": {"ephemeral_5m_input_tokens": "VARCHAR",
            "ephemeral_30m_input_tokens": "VARCHAR", "ephemeral_1h_input_tokens": "VARCHAR",
            "ephemeral_12h_input_tokens": "VARCHAR"},
            "audio_tokens": "VARCHAR", "image_tokens": "VARCHAR",
            "cached_tokens_details": {"audio_tokens": "VARCHAR", "image_tokens": "VARCHAR"}}'
        ) as input,
        from_json(
            case
                when json_type(told.completion_tokens_details) = 'OBJECT' then told.completion_tokens_details
                when json_type(told.output_tokens_details) = 'OBJECT' then told.output_tokens_details
                when json_type(told.completion_token_details) = 'OBJECT' then told.completion_token_details
                when json_type(told.output_token_details) = 'OBJECT' then told.output_token_details
            end,
            '{"reasoning_tokens": "VARCHAR", "audio_tokens": "VARCHAR", "image_tokens": "VARCHAR",
            "text_tokens": "VARCHAR"}'
        ) as output
    from opened
)

select
    body_id,
    rule,
    is_object,
    coalesce(told.prompt_tokens, told.input_tokens) as count_prompt,
    coalesce(told.completion_tokens, told.output_tokens) as count_completion,
    told.total_tokens as count_total,
    coalesce(
        input.cached_tokens,
        told.prompt_cache_hit_tokens,
        told.cached_tokens,
        told.num_cached_tokens,
        told.cached_prompt_text_tokens,
        told.cached_input_tokens,
        told.cache_read_input_tokens
    ) as count_cached,
    told.prompt_cache_miss_tokens as count_miss,
    coalesce(
        input.cache_write_tokens, input.cache_creation_tokens, told.cache_creation_input_tokens
    ) as count_write,
    coalesce(
        input.cache_write_tokens_details.ttl_30m_tokens,
        input.cache_creation_token_details.ephemeral_30m_input_tokens
    ) as count_write_30m,
    coalesce(
        input.cache_write_tokens_details.ttl_12h_tokens,
        input.cache_creation_token_details.ephemeral_12h_input_tokens
    ) as count_write_12h,
    input.cache_creation_token_details.ephemeral_5m_input_tokens as count_write_5m,
    input.cache_creation_token_details.ephemeral_1h_input_tokens as count_write_1h,
    input.audio_tokens as count_input_audio,
    coalesce(input.image_tokens, told.prompt_image_tokens) as count_input_image,
    input.cached_tokens_details.audio_tokens as count_read_audio,
    input.cached_tokens_details.image_tokens as count_read_image,
    coalesce(output.reasoning_tokens, told.reasoning_tokens) as count_reasoning,
    output.audio_tokens as count_output_audio,
    output.image_tokens as count_output_image,
    output.text_tokens as count_output_text,
    coalesce(
        told.server_tool_use_details.web_search_requests, told.server_side_tool_usage_details.web_search_calls,
        told.connectors ->> 'web_search'
    ) as count_web_searches,
    if(rule = 'mistral', told.connector_tokens, null) as count_tool_input,
    case
        when rule = 'mistral' and json_type(told.connectors) = 'OBJECT'
            then cast(list_sum(list_transform(
                map_values(from_json(told.connectors, '"MAP(VARCHAR, VARCHAR)"')),
                lambda n: try_cast(n as decimal(28, 6))
            )) as varchar)
    end as count_connectors,
    told.server_side_tool_usage_details.x_search_calls as count_x_searches,
    told.server_side_tool_usage_details.file_search_calls as count_file_searches,
    told.server_side_tool_usage_details.document_search_calls as count_document_searches,
    told.server_side_tool_usage_details.code_interpreter_calls as count_code_runs,
    told.server_side_tool_usage_details.image_generation_calls as count_drawn_images,
    coalesce(told.num_server_side_tools_used, told.num_sources_used) as count_tools,
    coalesce(told.prompt_audio_seconds, if(told.type = 'duration', told.seconds, null)) as seconds,
    told.cost_in_usd_ticks as ticks,
    if(rule = 'openrouter', told.cost, null) as cost
from detailed
