-- One row per result of an OpenAI usage bucket, or per bucket without usage, or a reason why not
-- grain: record_id
with
-- The API of before 2025 (`/v1/usage`) lists each kind under a name of its own, without buckets.
named as (
    select
        source_line,
        record,
        coalesce(
            json_exists(record, '$.data[0].aggregation_timestamp') or json_exists(record, '$.whisper_api_data'), false
        ) as is_old_page,
        json_exists(record, '$.aggregation_timestamp') as is_old_row
    from raw.staged
),

old_rows as (
    select
        source_line,
        unnest(
            coalesce(from_json(record -> 'data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'whisper_api_data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'tts_api_data', '["JSON"]'), [])
            || coalesce(from_json(record -> 'dalle_api_data', '["JSON"]'), [])
        ) as item
    from named
    where is_old_page
    union all
    select
        source_line,
        record as item
    from named
    where is_old_row
),

old_kinds as (
    select
        source_line,
        item,
        case
            when json_exists(item, '$.num_seconds') then 'audio_transcriptions'
            when json_exists(item, '$.num_characters') then 'audio_speeches'
            when json_exists(item, '$.num_images') then 'images'
            when item ->> 'operation' ilike 'embedding%' then 'embeddings'
            when item ->> 'operation' ilike 'moderation%' then 'moderations'
            else 'completions'
        end as kind
    from old_rows
),

records as (
    select
        source_line,
        record
    from named
    where not is_old_page and not is_old_row
    union all
    select
        source_line,
        json_object(
            'object', 'organization.usage.' || kind || '.result',
            'start_time', coalesce(item ->> 'aggregation_timestamp', item ->> 'timestamp'),
            'model', coalesce(item ->> 'snapshot_id', item ->> 'model_id'),
            'project_id', item ->> 'project_id',
            'api_key_id', item ->> 'api_key_id',
            'batch', case when item ->> 'request_type' ilike 'batch' then 'true' end,
            'num_model_requests', coalesce(item ->> 'n_requests', item ->> 'num_requests'),
            'input_tokens', item ->> 'n_context_tokens_total',
            'input_cached_tokens', item ->> 'n_cached_context_tokens_total',
            'output_tokens', case when kind = 'completions' then item ->> 'n_generated_tokens_total' end,
            'seconds', item ->> 'num_seconds',
            'characters', item ->> 'num_characters',
            'images', item ->> 'num_images',
            'size', item ->> 'image_size'
        )::varchar as record
    from old_kinds
),

delivered as (
    select
        source_line,
        record,
        json_type(record, '$.data') = 'ARRAY' as is_page,
        json_type(record, '$.results') is not null as is_bucket
    from records
),

buckets as (
    select
        source_line,
        'api' as delivery_form,
        coalesce(record ->> 'data_refreshed_at', record ->> 'retrieved_at') as as_of,
        unnest(from_json(record -> 'data', '["JSON"]')) as bucket,
        generate_subscripts(from_json(record -> 'data', '["JSON"]'), 1) as bucket_no
    from delivered
    where is_page
    union all
    select
        source_line,
        if(is_bucket, 'api', 'csv') as delivery_form,
        null as as_of,
        record as bucket,
        1 as bucket_no
    from delivered
    where is_page is distinct from true
),

results as (
    select
        source_line,
        delivery_form,
        bucket_no,
        bucket,
        try_cast(plain_time(as_of) as timestamptz)::timestamp as delivered_as_of,
        unnest(case
            when delivery_form = 'csv' then [bucket]
            when json_array_length(bucket, '$.results') > 0 then from_json(bucket -> 'results', '["JSON"]')
            else [null]
        end) as result
    from buckets
),

texts as (
    select
        source_line,
        delivery_form,
        bucket_no,
        delivered_as_of,
        coalesce(result::varchar, bucket::varchar, 'null') as reject_text,
        coalesce(
            json_type(bucket) = 'OBJECT' and (delivery_form = 'csv' or json_type(bucket, '$.results') = 'ARRAY'), false
        ) as is_known_shape,
        result is not null as has_result,
        from_json(
            bucket,
            '{"start_time": "VARCHAR", "end_time": "VARCHAR", "start_time_iso": "VARCHAR", "end_time_iso": "VARCHAR"}'
        ) as bucket_texts,
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
    from results
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
),

checked as (
    select
        * exclude (own_kind, has_start, is_in_range, has_measure, has_dimension, is_known_shape, wrong_numbers),
        bucket_start::date as day,
        coalesce(own_kind, max(own_kind) over (partition by source_line), max(own_kind) over (), 'unknown') as kind,
        case
            when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
            when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
            when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
            else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
        end as bucket_width,
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
        end as reject_reason
    from timed
),

grouped as (
    select
        *,
        array_to_string(list_filter([
            if(bool_or(api_key_id is not null and delivery_form = 'api') over delivery, 'api_key_id', null),
            if(bool_or(api_source is not null and delivery_form = 'api') over delivery, 'api_source', null),
            if(bool_or(is_batch is not null) over delivery, 'batch', null),
            if(bool_or(context_level is not null) over delivery, 'context_level', null),
            if(bool_or(model is not null) over delivery, 'model', null),
            if(bool_or(project_id is not null) over delivery, 'project_id', null),
            if(bool_or(service_tier is not null) over delivery, 'service_tier', null),
            if(bool_or(image_size is not null) over delivery, 'size', null),
            if(bool_or(image_source is not null) over delivery, 'source', null),
            if(bool_or(user_id is not null and delivery_form = 'api') over delivery, 'user_id', null),
            if(bool_or(vector_store_id is not null) over delivery, 'vector_store_id', null)
        ], lambda d: d is not null), ',') as report_grouping,
        if(delivery_form = 'api', source_line || '/' || bucket_no, 'file') as part
    from checked
    window delivery as (
        partition by
            delivery_form, kind, if(delivery_form = 'api', source_line, 0),
            if(delivery_form = 'api', bucket_no, 0)
    )
),

digested as (
    select
        *,
        md5(concat_ws(
            '|', kind, delivery_form, report_grouping, bucket_start, bucket_end,
            if(delivery_form = 'csv', row(
                *columns('_id$|^model$|^is_batch$|^service_tier$|^api_source$|^image_s|^context_level$')
            )::varchar, '')
        )) as scope_id,
        md5(row(*columns(* exclude (source_line, bucket_no, part, reject_text, reject_reason)))::varchar) as content
    from grouped
),

-- Materialized, as the digest of a whole delivery would else be made again for each of its rows.
deliveries as materialized (
    select
        scope_id,
        part,
        md5(string_agg(content, '' order by content)) as delivery_id
    from digested
    group by scope_id, part
),

numbered as (
    select
        d.*,
        deliveries.delivery_id,
        row_number() over (partition by d.scope_id, d.part, d.content order by d.source_line) as occurrence
    from digested as d
    inner join deliveries on d.scope_id = deliveries.scope_id and d.part = deliveries.part
)

select
    md5(concat_ws('|', scope_id, delivery_id, content, occurrence)) as record_id,
    day,
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
    source_line,
    project_id,
    user_id,
    api_key_id,
    model,
    is_batch,
    service_tier,
    api_source,
    image_size,
    image_source,
    context_level,
    vector_store_id,
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
    reject_reason,
    if(reject_reason is not null, reject_text, null) as reject_text
from numbered
order by source_line, record_id
