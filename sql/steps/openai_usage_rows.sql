-- One row per reported combination of an OpenAI usage bucket, token classes disjoint; all deliveries
-- grain: record_id
with
measured as (
    select
        *,
        coalesce(input_text_tokens, 0) + coalesce(input_audio_tokens, 0) + coalesce(input_image_tokens, 0)
            as split_tokens,
        coalesce(input_text_tokens, input_audio_tokens, input_image_tokens) is not null as has_split,
        coalesce(input_cached_tokens, 0) as cached_tokens,
        input_cache_write_30m_tokens is null or input_cache_write_12h_tokens is null as has_unknown_write
    from raw.openai_usage
    where day = $day
),

ruled as (
    select
        *,
        case
            when input_tokens is null and output_tokens is null then 'no_tokens'
            when input_uncached_tokens is null then 'inclusive_input'
            when not has_split then 'exclusive_unsplit'
            when
                cached_tokens > 0 and split_tokens <> input_uncached_tokens
                and split_tokens = input_uncached_tokens + cached_tokens
                then 'exclusive_cached_in_split'
            else 'exclusive_classes'
        end as normalisation_rule
    from measured
),

classes as (
    select
        *,
        case normalisation_rule
            when 'inclusive_input' then input_tokens - cached_tokens - coalesce(input_cache_write_tokens, 0)
            when 'exclusive_unsplit' then input_uncached_tokens
            when 'exclusive_cached_in_split' then input_text_tokens - coalesce(input_cached_text_tokens, 0)
            when 'exclusive_classes' then input_text_tokens
        end as input_text_class,
        case normalisation_rule
            when 'exclusive_cached_in_split' then input_audio_tokens - coalesce(input_cached_audio_tokens, 0)
            when 'exclusive_classes' then input_audio_tokens
        end as input_audio_class,
        case normalisation_rule
            when 'exclusive_cached_in_split' then input_image_tokens - coalesce(input_cached_image_tokens, 0)
            when 'exclusive_classes' then input_image_tokens
        end as input_image_class,
        case
            when normalisation_rule = 'inclusive_input' then input_cached_tokens
            else
                coalesce(
                    input_cached_text_tokens,
                    input_cached_tokens
                    - coalesce(input_cached_audio_tokens, 0)
                    - coalesce(input_cached_image_tokens, 0)
                )
        end as cache_read_class,
        case when normalisation_rule <> 'inclusive_input' then input_cached_audio_tokens end as cache_read_audio_class,
        case when normalisation_rule <> 'inclusive_input' then input_cached_image_tokens end as cache_read_image_class,
        case
            when has_unknown_write
                then
                    input_cache_write_tokens
                    - coalesce(input_cache_write_30m_tokens, 0)
                    - coalesce(input_cache_write_12h_tokens, 0)
        end as cache_write_unknown_class,
        coalesce(
            output_text_tokens, output_tokens - coalesce(output_audio_tokens, 0) - coalesce(output_image_tokens, 0)
        ) as output_class
    from ruled
)

select
    record_id,
    day,
    'openai' as provider,
    'direct' as platform,
    source_format,
    kind,
    bucket_start,
    bucket_end,
    bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    is_empty_bucket,
    cast(null as boolean) as is_final,
    false as is_repeat,
    cast(null as varchar) as billing_account_id,
    project_id as workspace_id,
    cast(null as varchar) as workspace_name,
    api_key_id,
    cast(null as varchar) as api_key_name,
    user_id,
    model as raw_model,
    service_tier,
    is_batch,
    cast(null as varchar) as context_window,
    cast(null as varchar) as inference_geo,
    cast(null as varchar) as speed,
    api_source,
    input_text_class as input_tokens,
    cache_read_class as cache_read_tokens,
    cast(null as bigint) as cache_write_5m_tokens,
    cast(null as bigint) as cache_write_1h_tokens,
    input_cache_write_30m_tokens as cache_write_30m_tokens,
    input_cache_write_12h_tokens as cache_write_12h_tokens,
    cache_write_unknown_class as cache_write_unknown_tokens,
    input_audio_class as input_audio_tokens,
    input_image_class as input_image_tokens,
    cache_read_audio_class as cache_read_audio_tokens,
    cache_read_image_class as cache_read_image_tokens,
    output_class as output_tokens,
    cast(null as bigint) as reasoning_tokens,
    output_audio_tokens,
    output_image_tokens,
    input_tokens as prompt_tokens,
    output_tokens as completion_tokens,
    case when kind = 'web_search_calls' then num_requests end as web_search_calls,
    cast(null as bigint) as web_fetch_calls,
    case when kind = 'file_search_calls' then num_requests end as file_search_calls,
    images,
    audio_seconds,
    characters,
    nullif(
        coalesce(image_size || ' ', '') || coalesce(image_source || ' ', '') || coalesce(context_level || ' ', '')
        || coalesce(vector_store_id, ''),
        ''
    ) as meter_detail,
    num_model_requests as num_requests,
    num_sessions as container_sessions,
    usage_bytes as storage_bytes,
    normalisation_rule,
    case
        when normalisation_rule <> 'no_tokens'
            then
                coalesce(input_tokens, 0) + coalesce(output_tokens, 0)
                - coalesce(input_text_class, 0)
                - coalesce(input_audio_class, 0)
                - coalesce(input_image_class, 0)
                - coalesce(cache_read_class, 0)
                - coalesce(cache_read_audio_class, 0)
                - coalesce(cache_read_image_class, 0)
                - coalesce(input_cache_write_30m_tokens, 0)
                - coalesce(input_cache_write_12h_tokens, 0)
                - coalesce(cache_write_unknown_class, 0)
                - coalesce(output_class, 0)
                - coalesce(output_audio_tokens, 0)
                - coalesce(output_image_tokens, 0)
    end as residual_tokens
from classes
