-- One row per usage object whose totals include their parts (OpenAI's shapes and their kin), classes disjoint
-- grain: body_id
with
listed as (
    select
        *,
        [*columns('^count_')] as counts
    from raw.usage_texts_inclusive
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
