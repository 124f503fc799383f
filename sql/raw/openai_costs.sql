-- One row per result of an OpenAI cost bucket, or per bucket without cost, or a reason why not
-- grain: record_id
with
-- An amount is a bare JSON number of up to 36 digits; as text it stays exact.
exact as (
    select
        source_line,
        regexp_replace(record::varchar, '("value"\s*:\s*)(-?[0-9][0-9.eE+-]*)', '\1"\2"', 'g')::json as record
    from raw.staged
),

delivered as (
    select
        source_line,
        record,
        json_type(record, '$.data') = 'ARRAY' as is_page,
        json_type(record, '$.results') is not null as is_bucket
    from exact
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
            '{"amount_value": "VARCHAR", "amount_currency": "VARCHAR", "line_item": "VARCHAR",
            "project_id": "VARCHAR", "project_name": "VARCHAR", "user_id": "VARCHAR", "api_key_id": "VARCHAR",
            "api_source": "VARCHAR", "organization_id": "VARCHAR", "quantity": "VARCHAR", "quantity_unit": "VARCHAR"}'
        ) as result_texts,
        result ->> '$.amount.value' as api_amount,
        result ->> '$.amount.currency' as api_currency
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

split as (
    select
        *,
        coalesce(api_amount, amount_value) as amount_text,
        lower(coalesce(api_currency, amount_currency)) as currency,
        nullif(regexp_extract(line_item, '^(.*?) +\| +', 1), '') as line_prefix,
        regexp_replace(line_item, '^.*? +\| +', '') as line_rest
    from given
),

worded as (
    select
        *,
        nullif(regexp_extract(line_rest, '^(.+), *[^,]+$', 1), '') as line_model,
        trim(replace(lower(regexp_extract(line_rest, '([^,]+)$', 1)), '_', ' ')) as words
    from split
),

metered as (
    select
        *,
        case
            when line_item is null then null
            when line_model is not null and regexp_full_match(
                words,
                '(?:(?:text|audio|image|cached|cache|write|read|reasoning|batch|flex|priority|30m|12h|tokens?) )*'
                || '(?:input|output|training)(?: (?:text|audio|image|cached|cache|write|read|30m|12h|tokens?))*'
            ) then regexp_replace(words, ' tokens?$', '')
            when words like '%web search%' then 'web search'
            when words like '%file search%' then 'file search'
            when regexp_matches(words, 'code interpreter|container') then 'code interpreter'
            when regexp_matches(words, '^images?\b|\bimages?$') then 'images'
            else 'unparsed'
        end as meter
    from worded
),

numbers as (
    select
        * exclude (start_time, end_time, quantity, amount_value, amount_currency, api_amount, api_currency),
        epoch_of(start_time, start_time_iso) as start_seconds,
        epoch_of(end_time, end_time_iso) as end_seconds,
        try_cast(plain_number(amount_text) as decimal(38, 24)) as exact_amount,
        try_cast(plain_number(quantity) as decimal(18, 6)) as quantity,
        if(meter <> 'unparsed', line_model, null) as model,
        case
            when delivery_form = 'api' then has_result
            else coalesce(amount_text, line_item, project_id, user_id, api_key_id) is not null
        end as has_content
    from metered
),

timed as (
    select
        *,
        instant_of(start_seconds) as bucket_start,
        instant_of(end_seconds) as bucket_end,
        coalesce(start_seconds >= epoch(date '2020-01-01') and start_seconds < epoch(date '2100-01-01'), false)
            as is_in_range
    from numbers
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
        project_id,
        project_name,
        user_id,
        api_key_id,
        api_source,
        organization_id,
        line_item,
        line_prefix,
        model,
        meter,
        quantity,
        quantity_unit,
        amount_text,
        currency,
        if(amount_text is not null, 'currency_number', null) as amount_unit,
        if(currency = 'usd', decimal_division(exact_amount, 1, 12)::decimal(38, 12), null) as billed_cost_usd,
        'costs' as kind,
        not has_content as is_empty_bucket,
        bucket_start::date as day,
        case
            when epoch(bucket_end) - epoch(bucket_start) = 60 then '1m'
            when epoch(bucket_end) - epoch(bucket_start) = 3600 then '1h'
            when epoch(bucket_end) - epoch(bucket_start) = 86400 then '1d'
            else (epoch(bucket_end) - epoch(bucket_start))::bigint || 's'
        end as bucket_width,
        case
            when not is_known_shape
                then 'no cost bucket; a page holds `data`, a list of buckets that each hold a list of `results`'
            when start_seconds is null
                then 'start_time is missing or no number; it is the bucket start in Unix seconds'
            when not is_in_range
                then 'start_time lies outside the years 2020 to 2099; check the unit: Unix seconds are expected'
            when bucket_end <= bucket_start then 'end_time is not after start_time'
            when has_content and amount_text is null then 'the row has no amount; its columns may have been renamed'
            when has_content and exact_amount is null
                then amount_text || ' is no amount of money: a decimal number below 10^14 is expected'
            when has_content and not coalesce(regexp_full_match(currency, '[a-z]{3}'), false)
                then 'currency ' || coalesce(currency, '(none)') || ' is no ISO code; usd or another one is expected'
        end as reject_reason
    from timed
),

grouped as (
    select
        *,
        array_to_string(list_filter([
            if(bool_or(api_key_id is not null and delivery_form = 'api') over delivery, 'api_key_id', null),
            if(bool_or(api_source is not null and delivery_form = 'api') over delivery, 'api_source', null),
            if(bool_or(line_item is not null) over delivery, 'line_item', null),
            if(bool_or(project_id is not null) over delivery, 'project_id', null),
            if(bool_or(user_id is not null and delivery_form = 'api') over delivery, 'user_id', null)
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
            if(delivery_form = 'csv', row(*columns('_id$|^line_item$|^api_source$|^quantity_unit$'))::varchar, '')
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
    amount_text,
    amount_unit,
    currency,
    billed_cost_usd,
    source_line,
    project_id,
    project_name,
    user_id,
    api_key_id,
    api_source,
    organization_id,
    line_item,
    line_prefix,
    model,
    meter,
    quantity,
    quantity_unit,
    reject_reason,
    if(reject_reason is not null, reject_text, null) as reject_text
from numbered
order by source_line, record_id
