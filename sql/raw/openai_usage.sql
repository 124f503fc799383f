-- One row per result of an OpenAI usage bucket, or per bucket without usage, or a reason why not
-- grain: source_line, bucket_no, the place of the result in the bucket
with
texts as (
    select
        source_line,
        delivery_form,
        bucket_no,
        delivered_as_of,
        reject_text,
        is_known_shape,
        has_result,
        bucket_texts,
        from_json(
            result,
            '{"object": "VARCHAR", "project_id": "VARCHAR", "user_id": "VARCHAR", "api_key_id": "VARCHAR",
            "model": "VARCHAR", "batch": "VARCHAR", "service_tier": "VARCHAR", "api_source": "VARCHAR",
            "size": "VARCHAR", "source": "VARCHAR", "context_level": "VARCHAR", "vector_store_id": "VARCHAR",
            "num_model_requests": "VARCHAR", "num_requests": "VARCHAR", "num_sessions": "VARCHAR",
            "input_tokens": "VARCHAR", "input_uncached_tokens": "VARCHAR", "input_cached_tokens": "VARCHAR",
            "input_cache_write_tokens": "VARCHAR", "input_cache_write_30m_tokens": "VARCHAR",
            "input_cache_write_12h_tokens": "VARCHAR", "input_text_tokens": "VARCHAR",
            "input_audio_tokens": "VARCHAR", "input_image_tokens": "VARCHAR",
            "input_cached_text_tokens": "VARCHAR", "input_cached_audio_tokens": "VARCHAR",
            "input_cached_image_tokens": "VARCHAR", "output_tokens": "VARCHAR", "output_text_tokens": "VARCHAR",
            "output_audio_tokens": "VARCHAR", "output_image_tokens": "VARCHAR", "images": "VARCHAR",
            "characters": "VARCHAR", "usage_bytes": "VARCHAR", "seconds": "VARCHAR", "compute_units": "VARCHAR"}'
        ) as result_texts
    from raw.bucket_results
),

spread as (
    select
        * exclude (bucket_texts, result_texts),
        bucket_texts.*,
        result_texts.*
    from texts
),

given as (
    select
        columns('^(source_line|delivery_form|bucket_no|delivered_as_of|reject_text|is_known_shape|has_result)$'),
        nullif(trim(columns(* exclude (
            source_line, delivery_form, bucket_no, delivered_as_of, reject_text, is_known_shape, has_result
        ))), '')
    from spread
),

listed as (
    select
        *,
        [*columns('^num_|_tokens$|^images$|^characters$|^usage_bytes$')] as counts,
        [seconds, compute_units] as measures,
        [*columns('_id$|^model$|^batch$|^service_tier$|^api_source$|^size$|^source$|^context_level$')] as dimensions
    from given
),

numbers as (
    select
        columns('^(source_line|delivery_form|bucket_no|delivered_as_of|reject_text|is_known_shape)$'),
        columns('^(project_id|user_id|api_key_id|model|service_tier|api_source|context_level|vector_store_id)$'),
        size as image_size,
        source as image_source,
        try_cast(batch as boolean) as is_batch,
        nullif(regexp_extract(object, 'usage\.([a-z_]+)', 1), '') as object_kind,
        epoch_of(start_time, start_time_iso) as start_seconds,
        epoch_of(end_time, end_time_iso) as end_seconds,
        try_cast(
            try_cast(columns('^num_|_tokens$|^images$|^characters$|^usage_bytes$') as decimal(38, 6)) as bigint
        ),
        try_cast(plain_number(seconds) as decimal(18, 6)) as audio_seconds,
        try_cast(plain_number(compute_units) as decimal(18, 6)) as compute_units,
        list_filter(counts, lambda t: not coalesce(
            try_cast(plain_number(t) as decimal(38, 6)) between 0 and 1000000000000000
            and try_cast(t as decimal(38, 6)) % 1 = 0,
            t is null
        )) || list_filter(measures, lambda t: not coalesce(try_cast(plain_number(t) as decimal(18, 6)) >= 0, t is null))
            as wrong_numbers,
        len(list_filter(counts || measures, lambda t: t is not null)) > 0 as has_measure,
        if(delivery_form = 'csv', len(list_filter(dimensions, lambda t: t is not null)) > 0, has_result)
            as has_dimension
    from listed
),

timed as (
    select
        * exclude (start_seconds, end_seconds, object_kind),
        start_seconds is not null as has_start,
        coalesce(start_seconds >= epoch(date '2020-01-01') and start_seconds < epoch(date '2100-01-01'), false)
            as is_in_range,
        instant_of(start_seconds) as bucket_start,
        instant_of(end_seconds) as bucket_end,
        not has_measure and not has_dimension as is_empty_bucket,
        case
            when object_kind = 'file_searches' then 'file_search_calls'
            when object_kind = 'web_searches' then 'web_search_calls'
            when object_kind is not null then object_kind
            when images is not null then 'images'
            when characters is not null then 'audio_speeches'
            when audio_seconds is not null then 'audio_transcriptions'
            when usage_bytes is not null then 'vector_stores'
            when num_sessions is not null then 'code_interpreter_sessions'
            when num_requests is not null and vector_store_id is not null then 'file_search_calls'
            when num_requests is not null then 'web_search_calls'
            when output_tokens is not null then 'completions'
            when input_tokens is not null then 'embeddings'
        end as own_kind
    from numbers
)

select
    source_line,
    bucket_no,
    delivery_form,
    delivered_as_of,
    project_id,
    user_id,
    api_key_id,
    model,
    service_tier,
    api_source,
    context_level,
    vector_store_id,
    image_size,
    image_source,
    is_batch,
    num_model_requests,
    num_requests,
    num_sessions,
    input_tokens,
    input_uncached_tokens,
    input_cached_tokens,
    input_cache_write_tokens,
    input_cache_write_30m_tokens,
    input_cache_write_12h_tokens,
    input_text_tokens,
    input_audio_tokens,
    input_image_tokens,
    input_cached_text_tokens,
    input_cached_audio_tokens,
    input_cached_image_tokens,
    output_tokens,
    output_text_tokens,
    output_audio_tokens,
    output_image_tokens,
    images,
    characters,
    usage_bytes,
    audio_seconds,
    compute_units,
    bucket_start,
    bucket_end,
    is_empty_bucket,
    bucket_start::date as day,
    coalesce(own_kind, max(own_kind) over (partition by source_line), max(own_kind) over (), 'unknown') as kind,
    list_filter([
        if(api_key_id is not null and delivery_form = 'api', 'api_key_id', null),
        if(api_source is not null and delivery_form = 'api', 'api_source', null),
        if(is_batch is not null, 'batch', null),
        if(context_level is not null, 'context_level', null),
        if(model is not null, 'model', null),
        if(project_id is not null, 'project_id', null),
        if(service_tier is not null, 'service_tier', null),
        if(image_size is not null, 'size', null),
        if(image_source is not null, 'source', null),
        if(user_id is not null and delivery_form = 'api', 'user_id', null),
        if(vector_store_id is not null, 'vector_store_id', null)
    ], lambda d: d is not null) as dimensions,
    row(
        project_id, user_id, api_key_id, model, service_tier, api_source, context_level, vector_store_id, image_size,
        image_source, is_batch
    )::varchar as scope_dimensions,
    case
        when not is_known_shape
            then 'no usage bucket; a page holds `data`, a list of buckets that each hold a list of `results`'
        when not has_start then 'start_time is missing or no number; it is the bucket start in Unix seconds'
        when not is_in_range
            then 'start_time lies outside the years 2020 to 2099; check the unit: Unix seconds are expected'
        when bucket_end <= bucket_start then 'end_time is not after start_time'
        when len(wrong_numbers) > 0
            then wrong_numbers[1] || ' is no count of usage: a whole number from 0 to 10^15 is expected'
        when not is_empty_bucket and not has_measure
            then 'the row holds no measure that is known; its columns may have been renamed'
    end as reject_reason,
    reject_text
from timed
