-- One row per usage object whose totals include their parts (OpenAI's shapes and their kin), classes disjoint
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
),

texts as (
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
),

listed as (
    select
        *,
        [*columns('^count_')] as counts
    from texts
),

checked as (
    select
        *,
        list_filter(counts, lambda t: not coalesce(
            try_cast(t as decimal(38, 6)) between 0 and 1000000000000 and try_cast(t as decimal(38, 6)) % 1 = 0,
            t is null
        )) as wrong_counts
    from listed
),

numbers as (
    select
        body_id,
        rule,
        case when try_cast(seconds as decimal(18, 6)) >= 0 then try_cast(seconds as decimal(18, 6)) end
            as audio_seconds,
        coalesce(
            try_cast(cost as decimal(38, 12)),
            cast(try_cast(ticks as decimal(26, 0)) * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 12))
        ) as reported_cost_usd,
        if(
            try_cast(columns('^count_') as decimal(38, 6)) between 0 and 1000000000000
            and try_cast(columns('^count_') as decimal(38, 6)) % 1 = 0,
            try_cast(try_cast(columns('^count_') as decimal(38, 6)) as bigint),
            null
        ),
        case
            when not is_object then 'the usage is no JSON object'
            when len(wrong_counts) > 0 then wrong_counts[1] || ' is no count of tokens'
        end as problem
    from checked
),

-- Remote tools (mcp) cost tokens only. Where nothing tells the tools apart, each may have a fee.
tools as (
    select
        *,
        if(
            coalesce(count_web_searches, count_x_searches) is null,
            null,
            coalesce(count_web_searches, 0) + coalesce(count_x_searches, 0)
        ) as searches,
        coalesce(
            count_connectors,
            count_web_searches + coalesce(count_x_searches, 0) + coalesce(count_file_searches, 0)
            + coalesce(count_document_searches, 0) + coalesce(count_code_runs, 0) + coalesce(count_drawn_images, 0),
            count_tools
        ) as paid_tools
    from numbers
),

-- Thinking stands beside the completion at xAI, where the total says so, and in no field at Gemini's OpenAI endpoint.
totals as (
    select
        *,
        coalesce(rule = 'gemini_openai' and count_total > count_prompt + coalesce(count_completion, 0), false)
            as hides_reasoning,
        coalesce(
            rule = 'xai' and count_reasoning > 0 and count_total = count_prompt + count_completion + count_reasoning,
            false
        ) as excludes_reasoning,
        if(rule = 'total_only', count_total, count_prompt + coalesce(count_tool_input, 0)) as prompt
    from tools
),

outputs as (
    select
        *,
        case
            when hides_reasoning then count_total - prompt
            when excludes_reasoning then count_completion + count_reasoning
            else count_completion
        end as completion,
        if(hides_reasoning, count_total - prompt - coalesce(count_completion, 0), count_reasoning) as reasoning,
        case
            when rule = 'openai_images' and count_output_image is null and count_output_text is null
                then count_completion
            else count_output_image
        end as output_image
    from totals
),

parts as (
    select
        *,
        count_cached - coalesce(count_read_audio, 0) - coalesce(count_read_image, 0) as part_read_text,
        count_input_audio - coalesce(count_read_audio, 0) as part_input_audio,
        count_input_image - coalesce(count_read_image, 0) as part_input_image,
        case
            when coalesce(count_write_5m, count_write_1h, count_write_30m, count_write_12h) is null then count_write
            else
                nullif(
                    count_write - coalesce(count_write_5m, 0) - coalesce(count_write_1h, 0)
                    - coalesce(count_write_30m, 0) - coalesce(count_write_12h, 0),
                    0
                )
        end as part_write_unknown,
        greatest(
            coalesce(count_write, 0),
            coalesce(count_write_5m, 0) + coalesce(count_write_1h, 0)
            + coalesce(count_write_30m, 0) + coalesce(count_write_12h, 0)
        ) as written
    from outputs
),

-- A part larger than its whole leaves 0 of it and a residual at the end.
bounded_parts as (
    select
        * exclude (part_read_text, part_input_audio, part_input_image, part_write_unknown),
        if(columns('^part_') < 0, 0, columns('^part_'))
    from parts
),

-- OpenRouter shows an explicit cache of Gemini as written and read at once: both are billed, of the same tokens.
remainders as (
    select
        *,
        coalesce(
            if(rule = 'deepseek', count_miss, null),
            prompt - coalesce(count_tool_input, 0) - coalesce(part_input_audio, 0) - coalesce(part_input_image, 0) - if(
                rule = 'openrouter' and coalesce(count_cached, 0) + written > prompt,
                greatest(coalesce(count_cached, 0), written),
                coalesce(count_cached, 0) + written
            )
        ) as rest_input,
        completion - coalesce(reasoning, 0) - coalesce(count_output_audio, 0) - coalesce(output_image, 0)
            as rest_output,
        coalesce(count_total, prompt + coalesce(completion, 0), completion) as declared
    from bounded_parts
),

classes as (
    select
        * exclude (rest_input, rest_output),
        if(columns('^rest_') < 0, 0, columns('^rest_'))
    from remainders
)

select
    body_id,
    cast(0 as bigint) as entry_no,
    cast(null as varchar) as entry_model,
    'response' as entry_type,
    rule as normalisation_rule,
    rest_input as input_tokens,
    part_read_text as cache_read_tokens,
    count_write_5m as cache_write_5m_tokens,
    count_write_1h as cache_write_1h_tokens,
    count_write_30m as cache_write_30m_tokens,
    count_write_12h as cache_write_12h_tokens,
    part_write_unknown as cache_write_unknown_tokens,
    part_input_audio as input_audio_tokens,
    part_input_image as input_image_tokens,
    count_read_audio as cache_read_audio_tokens,
    count_read_image as cache_read_image_tokens,
    rest_output as output_tokens,
    reasoning as reasoning_tokens,
    count_output_audio as output_audio_tokens,
    output_image as output_image_tokens,
    prompt as prompt_tokens,
    completion as completion_tokens,
    searches as web_search_calls,
    cast(null as bigint) as web_fetch_calls,
    count_file_searches as file_search_calls,
    cast(null as bigint) as grounding_prompts,
    cast(null as bigint) as grounding_queries,
    cast(null as bigint) as search_units,
    cast(null as bigint) as images,
    audio_seconds,
    cast(null as bigint) as characters,
    cast(null as bigint) as pages,
    cast(null as decimal(18, 6)) as container_minutes,
    cast(null as decimal(18, 6)) as cache_storage_token_hours,
    count_tool_input as input_tool_tokens,
    cast(null as bigint) as input_video_tokens,
    cast(null as bigint) as cache_read_video_tokens,
    cast(null as bigint) as processed_input_tokens,
    cast(null as bigint) as processed_output_tokens,
    paid_tools as server_tool_calls,
    declared as declared_tokens,
    declared
    - coalesce(rest_input, 0)
    - coalesce(count_tool_input, 0)
    - coalesce(part_read_text, 0)
    - coalesce(count_write_5m, 0)
    - coalesce(count_write_1h, 0)
    - coalesce(count_write_30m, 0)
    - coalesce(count_write_12h, 0)
    - coalesce(part_write_unknown, 0)
    - coalesce(part_input_audio, 0)
    - coalesce(part_input_image, 0)
    - coalesce(count_read_audio, 0)
    - coalesce(count_read_image, 0)
    - coalesce(rest_output, 0)
    - coalesce(reasoning, 0)
    - coalesce(count_output_audio, 0)
    - coalesce(output_image, 0) as residual_tokens,
    reported_cost_usd,
    problem
from classes
