-- One row per usage object of Gemini (generateContent, Live, embeddings, Interactions), classes disjoint
-- grain: body_id
with
-- Details are lists of modality and count; the modality may be its number in the protocol.
texts as (
    select
        body_id,
        rule,
        coalesce(json_type(usage) = 'OBJECT', false) as is_object,
        coalesce(usage ->> 'promptTokenCount', usage ->> 'total_input_tokens') as count_prompt,
        coalesce(usage ->> 'cachedContentTokenCount', usage ->> 'total_cached_tokens') as count_cached,
        coalesce(usage ->> 'toolUsePromptTokenCount', usage ->> 'total_tool_use_tokens') as count_tool,
        coalesce(
            usage ->> 'candidatesTokenCount', usage ->> 'responseTokenCount', usage ->> 'total_output_tokens'
        ) as count_output,
        coalesce(usage ->> 'thoughtsTokenCount', usage ->> 'total_thought_tokens') as count_reasoning,
        coalesce(usage ->> 'totalTokenCount', usage ->> 'total_tokens') as count_total,
        [
            coalesce(
                usage -> 'promptTokensDetails', usage -> 'promptTokenDetails', usage -> 'input_tokens_by_modality'
            ),
            coalesce(usage -> 'cacheTokensDetails', usage -> 'cached_tokens_by_modality'),
            coalesce(
                usage -> 'candidatesTokensDetails',
                usage -> 'responseTokensDetails',
                usage -> 'output_tokens_by_modality'
            )
        ] as detail_lists
    from raw.usage_bodies
    where rule in ('gemini', 'gemini_interactions')
),

detailed as (
    select
        *,
        list_transform(detail_lists, lambda l: list_transform(
            coalesce(from_json(
                case when json_type(l) = 'ARRAY' then l end,
                '[{"modality": "VARCHAR", "tokenCount": "VARCHAR", "tokens": "VARCHAR"}]'
            ), []),
            lambda d: {
                'kind': case upper(d.modality)
                    when '2' then 'IMAGE'
                    when '3' then 'VIDEO'
                    when '4' then 'AUDIO'
                    when '5' then 'IMAGE'
                    when 'DOCUMENT' then 'IMAGE'
                    else upper(d.modality)
                end,
                'tokens': greatest(try_cast(try_cast(coalesce(d.tokencount, d.tokens) as decimal(38, 6)) as bigint), 0)
            }
        )) as details
    from texts
),

listed as (
    select
        *,
        [*columns('^count_')] as counts
    from detailed
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
        details,
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

parts as (
    select
        *,
        cast(list_sum(list_transform(
            list_filter(details[1], lambda d: d.kind = 'IMAGE'), lambda d: d.tokens
        )) as bigint) as prompt_image,
        cast(list_sum(list_transform(
            list_filter(details[1], lambda d: d.kind = 'AUDIO'), lambda d: d.tokens
        )) as bigint) as prompt_audio,
        cast(list_sum(list_transform(
            list_filter(details[1], lambda d: d.kind = 'VIDEO'), lambda d: d.tokens
        )) as bigint) as prompt_video,
        cast(list_sum(list_transform(
            list_filter(details[2], lambda d: d.kind = 'IMAGE'), lambda d: d.tokens
        )) as bigint) as read_image,
        cast(list_sum(list_transform(
            list_filter(details[2], lambda d: d.kind = 'AUDIO'), lambda d: d.tokens
        )) as bigint) as read_audio,
        cast(list_sum(list_transform(
            list_filter(details[2], lambda d: d.kind = 'VIDEO'), lambda d: d.tokens
        )) as bigint) as read_video,
        cast(list_sum(list_transform(
            list_filter(details[3], lambda d: d.kind = 'IMAGE'), lambda d: d.tokens
        )) as bigint) as output_image,
        cast(list_sum(list_transform(
            list_filter(details[3], lambda d: d.kind = 'AUDIO'), lambda d: d.tokens
        )) as bigint) as output_audio
    from numbers
),

uncached as (
    select
        *,
        prompt_image - coalesce(read_image, 0) as part_image,
        prompt_audio - coalesce(read_audio, 0) as part_audio,
        prompt_video - coalesce(read_video, 0) as part_video
    from parts
),

bounded_parts as (
    select
        * exclude (part_image, part_audio, part_video),
        if(columns('^part_') < 0, 0, columns('^part_'))
    from uncached
),

-- What the details leave of a total is text; details of more than the total leave 0 and a residual.
remainders as (
    select
        *,
        count_cached - coalesce(read_image, 0) - coalesce(read_audio, 0) - coalesce(read_video, 0) as rest_read,
        count_prompt - coalesce(count_cached, 0)
        - coalesce(part_image, 0) - coalesce(part_audio, 0) - coalesce(part_video, 0) as rest_input,
        count_output - coalesce(output_image, 0) - coalesce(output_audio, 0) as rest_output
    from bounded_parts
),

classes as (
    select
        * exclude (rest_read, rest_input, rest_output, count_total),
        if(columns('^rest_') < 0, 0, columns('^rest_')),
        count_total as declared
    from remainders
)

select
    body_id,
    cast(0 as bigint) as entry_no,
    cast(null as varchar) as entry_model,
    'response' as entry_type,
    rule as normalisation_rule,
    rest_input as input_tokens,
    rest_read as cache_read_tokens,
    cast(null as bigint) as cache_write_5m_tokens,
    cast(null as bigint) as cache_write_1h_tokens,
    cast(null as bigint) as cache_write_30m_tokens,
    cast(null as bigint) as cache_write_12h_tokens,
    cast(null as bigint) as cache_write_unknown_tokens,
    part_audio as input_audio_tokens,
    part_image as input_image_tokens,
    read_audio as cache_read_audio_tokens,
    read_image as cache_read_image_tokens,
    rest_output as output_tokens,
    count_reasoning as reasoning_tokens,
    output_audio as output_audio_tokens,
    output_image as output_image_tokens,
    count_prompt + coalesce(count_tool, 0) as prompt_tokens,
    coalesce(count_output + coalesce(count_reasoning, 0), count_reasoning) as completion_tokens,
    cast(null as bigint) as web_search_calls,
    cast(null as bigint) as web_fetch_calls,
    cast(null as bigint) as file_search_calls,
    cast(null as bigint) as grounding_prompts,
    cast(null as bigint) as grounding_queries,
    cast(null as bigint) as search_units,
    cast(null as bigint) as images,
    cast(null as decimal(18, 6)) as audio_seconds,
    cast(null as bigint) as characters,
    cast(null as bigint) as pages,
    cast(null as decimal(18, 6)) as container_minutes,
    cast(null as decimal(18, 6)) as cache_storage_token_hours,
    count_tool as input_tool_tokens,
    part_video as input_video_tokens,
    read_video as cache_read_video_tokens,
    cast(null as bigint) as processed_input_tokens,
    cast(null as bigint) as processed_output_tokens,
    declared as declared_tokens,
    declared
    - coalesce(rest_input, 0)
    - coalesce(rest_read, 0)
    - coalesce(part_audio, 0)
    - coalesce(part_image, 0)
    - coalesce(read_audio, 0)
    - coalesce(read_image, 0)
    - coalesce(rest_output, 0)
    - coalesce(count_reasoning, 0)
    - coalesce(output_audio, 0)
    - coalesce(output_image, 0)
    - coalesce(count_tool, 0)
    - coalesce(part_video, 0)
    - coalesce(read_video, 0) as residual_tokens,
    cast(null as decimal(38, 12)) as reported_cost_usd,
    problem
from classes
