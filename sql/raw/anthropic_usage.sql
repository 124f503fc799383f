-- One row per result of an Anthropic usage bucket, or per bucket without usage, or a reason why not
-- grain: record_id
with
delivered as (
    select
        source_line,
        record,
        json_type(record, '$.data') = 'ARRAY' as is_page,
        json_type(record, '$.results') is not null as is_bucket
    from raw.staged
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
            bucket, '{"starting_at": "VARCHAR", "ending_at": "VARCHAR", "usage_date_utc": "VARCHAR"}'
        ) as bucket_texts,
        from_json(
            result,
            '{"workspace_id": "VARCHAR", "workspace": "VARCHAR", "api_key_id": "VARCHAR", "api_key": "VARCHAR",
            "account_id": "VARCHAR", "service_account_id": "VARCHAR", "model": "VARCHAR",
            "model_version": "VARCHAR", "service_tier": "VARCHAR", "usage_type": "VARCHAR",
            "context_window": "VARCHAR", "inference_geo": "VARCHAR", "speed": "VARCHAR",
            "uncached_input_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR", "output_tokens": "VARCHAR",
            "usage_input_tokens_no_cache": "VARCHAR", "usage_input_tokens_cache_write": "VARCHAR",
            "usage_input_tokens_cache_write_5m": "VARCHAR",
            "usage_input_tokens_cache_write_1h": "VARCHAR", "usage_input_tokens_cache_read": "VARCHAR",
            "usage_output_tokens": "VARCHAR", "web_search_count": "VARCHAR"}'
        ) as result_texts,
        result ->> '$.cache_creation.ephemeral_5m_input_tokens' as api_write_5m,
        result ->> '$.cache_creation.ephemeral_1h_input_tokens' as api_write_1h,
        result ->> '$.server_tool_use.web_search_requests' as api_web_searches
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

named as (
    select
        * exclude (model),
        coalesce(model, model_version) as model,
        coalesce(uncached_input_tokens, usage_input_tokens_no_cache) as uncached_text,
        coalesce(cache_read_input_tokens, usage_input_tokens_cache_read) as read_text,
        -- The Console's oldest files know no other life of a cache.
        coalesce(api_write_5m, usage_input_tokens_cache_write_5m, usage_input_tokens_cache_write) as write_5m_text,
        coalesce(api_write_1h, usage_input_tokens_cache_write_1h) as write_1h_text,
        coalesce(output_tokens, usage_output_tokens) as output_text,
        coalesce(api_web_searches, web_search_count) as search_text
    from given
),

listed as (
    select
        *,
        [uncached_text, read_text, write_5m_text, write_1h_text, output_text, search_text] as counts,
        coalesce(workspace, api_key, model, usage_type, service_tier) is not null as has_dimension
    from named
),

timed as (
    select
        *,
        try_cast(coalesce(plain_time(starting_at), plain_time(usage_date_utc)) as timestamptz)::timestamp
            as bucket_start,
        case
            when ending_at is not null then try_cast(plain_time(ending_at) as timestamptz)::timestamp
            when delivery_form = 'csv' then (try_cast(plain_time(usage_date_utc) as date) + 1)::timestamp
        end as bucket_end,
        list_filter(counts, lambda t: not coalesce(
            try_cast(plain_number(t) as decimal(38, 6)) between 0 and 1000000000000000
            and try_cast(t as decimal(38, 6)) % 1 = 0,
            t is null
        )) as wrong_numbers,
        len(list_filter(counts, lambda t: t is not null)) > 0 as has_measure,
        if(delivery_form = 'csv', has_dimension, has_result) as has_content
    from listed
),

checked as (
    select
        source_line,
        bucket_no,
        reject_text,
        delivery_form,
        delivered_as_of,
        bucket_start,
        bucket_end,
        workspace_id,
        workspace as workspace_name,
        api_key_id,
        api_key as api_key_name,
        account_id,
        service_account_id,
        model,
        service_tier,
        usage_type,
        context_window,
        inference_geo,
        speed,
        try_cast(try_cast(uncached_text as decimal(38, 6)) as bigint) as uncached_input_tokens,
        try_cast(try_cast(read_text as decimal(38, 6)) as bigint) as cache_read_input_tokens,
        try_cast(try_cast(write_5m_text as decimal(38, 6)) as bigint) as cache_write_5m_input_tokens,
        try_cast(try_cast(write_1h_text as decimal(38, 6)) as bigint) as cache_write_1h_input_tokens,
        try_cast(try_cast(output_text as decimal(38, 6)) as bigint) as output_tokens,
        try_cast(try_cast(search_text as decimal(38, 6)) as bigint) as web_search_requests,
        'messages' as kind,
        not has_measure and not has_content as is_empty_bucket,
        bucket_start::date as day,
        case
            when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
            when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
            when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
            else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
        end as bucket_width,
        case
            when not is_known_shape
                then 'no usage bucket; a page holds `data`, a list of buckets that each hold a list of `results`'
            when bucket_start is null
                then 'the bucket has no start; `starting_at` is an RFC 3339 time, `usage_date_utc` a date'
            when
                bucket_start < timestamp '2020-01-01 00:00:00' or bucket_start >= timestamp '2100-01-01 00:00:00'
                then 'the bucket starts outside the years 2020 to 2099; check the unit of its time'
            when bucket_end <= bucket_start then 'the bucket does not end after its start'
            when len(wrong_numbers) > 0
                then wrong_numbers[1] || ' is no count of usage: a whole number from 0 to 10^15 is expected'
            when has_content and not has_measure
                then 'the row holds no measure that is known; its columns may have been renamed'
        end as reject_reason
    from timed
),

grouped as (
    select
        *,
        array_to_string(list_filter([
            if(bool_or(account_id is not null and delivery_form = 'api') over delivery, 'account_id', null),
            if(bool_or(api_key_id is not null and delivery_form = 'api') over delivery, 'api_key_id', null),
            if(bool_or(context_window is not null) over delivery, 'context_window', null),
            if(bool_or(inference_geo is not null) over delivery, 'inference_geo', null),
            if(bool_or(model is not null) over delivery, 'model', null),
            if(
                bool_or(service_account_id is not null and delivery_form = 'api') over delivery,
                'service_account_id',
                null
            ),
            if(bool_or(service_tier is not null) over delivery, 'service_tier', null),
            if(bool_or(speed is not null and delivery_form = 'api') over delivery, 'speed', null),
            if(bool_or(usage_type is not null) over delivery, 'usage_type', null),
            if(bool_or(workspace_id is not null and delivery_form = 'api') over delivery, 'workspace_id', null)
        ], lambda d: d is not null), ',') as report_grouping,
        if(delivery_form = 'api', source_line || '/' || bucket_no, 'file') as part
    from checked
    window delivery as (
        partition by
            delivery_form, if(delivery_form = 'api', source_line, 0),
            if(delivery_form = 'api', bucket_no, 0)
    )
),

digested as (
    select
        *,
        md5(concat_ws(
            '|', kind, delivery_form, report_grouping, bucket_start, bucket_end,
            if(
                delivery_form = 'csv',
                row(*columns('_id$|_name$|^model$|_t(ier|ype)$|^context_w|^inference_geo$|^speed$'))::varchar,
                ''
            )
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
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    account_id,
    service_account_id,
    model,
    service_tier,
    usage_type,
    context_window,
    inference_geo,
    speed,
    uncached_input_tokens,
    cache_read_input_tokens,
    cache_write_5m_input_tokens,
    cache_write_1h_input_tokens,
    output_tokens,
    web_search_requests,
    reject_reason,
    if(reject_reason is not null, reject_text, null) as reject_text
from numbered
order by source_line, record_id
