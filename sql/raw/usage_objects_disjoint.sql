-- One row per usage object whose counts go by the column names of core.requests, disjoint already
-- grain: body_id
with
told as (
    select
        body_id,
        rule,
        usage,
        coalesce(json_type(usage) = 'OBJECT', false) as is_object
    from raw.usage_bodies
    where rule = 'disjoint_classes'
),

-- One look into the object: each look reads all of it.
opened as (
    select
        body_id,
        rule,
        is_object,
        from_json(
            usage,
            '{"input_tokens": "VARCHAR", "cache_read_tokens": "VARCHAR",
            "cache_write_5m_tokens": "VARCHAR", "cache_write_1h_tokens": "VARCHAR",
            "cache_write_30m_tokens": "VARCHAR", "cache_write_12h_tokens": "VARCHAR",
            "cache_write_unknown_tokens": "VARCHAR", "input_audio_tokens": "VARCHAR",
            "input_image_tokens": "VARCHAR", "cache_read_audio_tokens": "VARCHAR",
            "cache_read_image_tokens": "VARCHAR", "output_tokens": "VARCHAR",
            "reasoning_tokens": "VARCHAR", "output_audio_tokens": "VARCHAR",
            "output_image_tokens": "VARCHAR", "prompt_tokens": "VARCHAR",
            "completion_tokens": "VARCHAR", "total_tokens": "VARCHAR", "web_search_calls": "VARCHAR",
            "web_fetch_calls": "VARCHAR", "file_search_calls": "VARCHAR",
            "grounding_prompts": "VARCHAR", "grounding_queries": "VARCHAR",
            "search_units": "VARCHAR", "images": "VARCHAR", "characters": "VARCHAR",
            "pages": "VARCHAR", "audio_seconds": "VARCHAR", "container_minutes": "VARCHAR",
            "cache_storage_token_hours": "VARCHAR"}'
        ) as counts
    from told
),

texts as (
    select
        body_id,
        rule,
        is_object,
        counts.*
    from opened
),

listed as (
    select
        *,
        [*columns('_(tokens|calls|prompts|queries|units)$|^(images|characters|pages)$')] as counts,
        [*columns('^(audio_seconds|container_minutes|cache_storage_token_hours)$')] as amounts
    from texts
),

checked as (
    select
        *,
        list_filter(counts, lambda t: not coalesce(
            try_cast(t as decimal(38, 6)) between 0 and 1000000000000 and try_cast(t as decimal(38, 6)) % 1 = 0,
            t is null
        )) as wrong_counts,
        list_filter(amounts, lambda t: not coalesce(
            try_cast(t as decimal(38, 6)) between 0 and 100000000000, t is null
        )) as wrong_amounts
    from listed
),

numbers as (
    select
        body_id,
        rule,
        if(
            try_cast(
                columns('_(tokens|calls|prompts|queries|units)$|^(images|characters|pages)$') as decimal(38, 6)
            ) between 0 and 1000000000000
            and try_cast(
                columns('_(tokens|calls|prompts|queries|units)$|^(images|characters|pages)$') as decimal(38, 6)
            )
            % 1
            = 0,
            try_cast(
                try_cast(
                    columns('_(tokens|calls|prompts|queries|units)$|^(images|characters|pages)$') as decimal(38, 6)
                ) as bigint
            ),
            null
        ),
        if(
            try_cast(
                columns('^(audio_seconds|container_minutes|cache_storage_token_hours)$') as decimal(38, 6)
            ) between 0 and 100000000000,
            try_cast(columns('^(audio_seconds|container_minutes|cache_storage_token_hours)$') as decimal(18, 6)),
            null
        ),
        case
            when not is_object then 'the usage is no JSON object'
            when len(wrong_counts) > 0 then wrong_counts[1] || ' is no count of tokens'
            when len(wrong_amounts) > 0 then wrong_amounts[1] || ' is no amount'
        end as problem
    from checked
),

summed as (
    select
        *,
        case
            when
                coalesce(
                    input_tokens,
                    cache_read_tokens,
                    cache_write_5m_tokens,
                    cache_write_1h_tokens,
                    cache_write_30m_tokens,
                    cache_write_12h_tokens, cache_write_unknown_tokens, input_audio_tokens, input_image_tokens,
                    cache_read_audio_tokens, cache_read_image_tokens
                ) is not null
                then
                    coalesce(input_tokens, 0)
                    + coalesce(cache_read_tokens, 0)
                    + coalesce(cache_write_5m_tokens, 0)
                    + coalesce(cache_write_1h_tokens, 0)
                    + coalesce(cache_write_30m_tokens, 0)
                    + coalesce(cache_write_12h_tokens, 0)
                    + coalesce(cache_write_unknown_tokens, 0)
                    + coalesce(input_audio_tokens, 0)
                    + coalesce(input_image_tokens, 0)
                    + coalesce(cache_read_audio_tokens, 0)
                    + coalesce(cache_read_image_tokens, 0)
        end as input_sum,
        case
            when coalesce(output_tokens, reasoning_tokens, output_audio_tokens, output_image_tokens) is not null
                then
                    coalesce(output_tokens, 0)
                    + coalesce(reasoning_tokens, 0)
                    + coalesce(output_audio_tokens, 0)
                    + coalesce(output_image_tokens, 0)
        end as output_sum
    from numbers
)

select
    body_id,
    cast(0 as bigint) as entry_no,
    cast(null as varchar) as entry_model,
    'response' as entry_type,
    rule as normalisation_rule,
    input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    cache_write_30m_tokens,
    cache_write_12h_tokens,
    cache_write_unknown_tokens,
    input_audio_tokens,
    input_image_tokens,
    cache_read_audio_tokens,
    cache_read_image_tokens,
    output_tokens,
    reasoning_tokens,
    output_audio_tokens,
    output_image_tokens,
    coalesce(prompt_tokens, input_sum) as prompt_tokens,
    coalesce(completion_tokens, output_sum) as completion_tokens,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    grounding_prompts,
    grounding_queries,
    search_units,
    images,
    audio_seconds,
    characters,
    pages,
    container_minutes,
    cache_storage_token_hours,
    cast(null as bigint) as input_tool_tokens,
    cast(null as bigint) as input_video_tokens,
    cast(null as bigint) as cache_read_video_tokens,
    cast(null as bigint) as processed_input_tokens,
    cast(null as bigint) as processed_output_tokens,
    coalesce(total_tokens, prompt_tokens + completion_tokens) as declared_tokens,
    coalesce(total_tokens, coalesce(prompt_tokens, input_sum) + coalesce(completion_tokens, output_sum))
    - coalesce(input_sum, 0) - coalesce(output_sum, 0) as residual_tokens,
    cast(null as decimal(38, 12)) as reported_cost_usd,
    problem
from summed
