-- One row per result of an Anthropic usage bucket, or per bucket without usage, or a reason why not
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
)

select
    source_line,
    bucket_no,
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
    list_filter([
        if(account_id is not null and delivery_form = 'api', 'account_id', null),
        if(api_key_id is not null and delivery_form = 'api', 'api_key_id', null),
        if(context_window is not null, 'context_window', null),
        if(inference_geo is not null, 'inference_geo', null),
        if(model is not null, 'model', null),
        if(service_account_id is not null and delivery_form = 'api', 'service_account_id', null),
        if(service_tier is not null, 'service_tier', null),
        if(speed is not null and delivery_form = 'api', 'speed', null),
        if(usage_type is not null, 'usage_type', null),
        if(workspace_id is not null and delivery_form = 'api', 'workspace_id', null)
    ], lambda d: d is not null) as dimensions,
    row(
        workspace_id, workspace_name, api_key_id, api_key_name, account_id, service_account_id, model, service_tier,
        usage_type, context_window, inference_geo, speed
    )::varchar as scope_dimensions,
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
    end as reject_reason,
    reject_text
from timed
