-- One row per result of an Anthropic cost bucket, or per bucket without cost, or a reason why not
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
            "description": "VARCHAR", "model": "VARCHAR", "cost_type": "VARCHAR", "token_type": "VARCHAR",
            "service_tier": "VARCHAR", "usage_type": "VARCHAR", "context_window": "VARCHAR",
            "inference_geo": "VARCHAR", "speed": "VARCHAR", "amount": "VARCHAR", "currency": "VARCHAR",
            "cost_usd": "VARCHAR", "list_price_usd": "VARCHAR"}'
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

-- The API states cents, the Console dollars.
timed as (
    select
        *,
        try_cast(coalesce(plain_time(starting_at), plain_time(usage_date_utc)) as timestamptz)::timestamp
            as bucket_start,
        case
            when ending_at is not null then try_cast(plain_time(ending_at) as timestamptz)::timestamp
            when delivery_form = 'csv' then (try_cast(plain_time(usage_date_utc) as date) + 1)::timestamp
        end as bucket_end,
        coalesce(cost_usd, amount) as amount_text,
        case when cost_usd is not null then 'dollars_2dp' when amount is not null then 'cents_text' end as amount_unit,
        if(cost_usd is not null, 'usd', lower(currency)) as iso_currency,
        case
            when cost_usd is not null then try_cast(plain_number(cost_usd) as decimal(38, 24))
            when amount is not null
                then (try_cast(plain_number(amount) as decimal(36, 22)) * 0.01::decimal(2, 2))::decimal(38, 24)
        end as exact_amount,
        try_cast(plain_number(list_price_usd) as decimal(38, 12)) as list_cost_usd,
        case
            when delivery_form = 'api' then has_result
            else coalesce(cost_usd, amount, workspace, api_key, model, description, token_type) is not null
        end as has_content
    from given
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
        description,
        model,
        cost_type,
        token_type,
        service_tier,
        usage_type,
        context_window,
        inference_geo,
        speed,
        amount_text,
        amount_unit,
        iso_currency as currency,
        list_cost_usd,
        if(iso_currency = 'usd', decimal_division(exact_amount, 1, 12)::decimal(38, 12), null) as billed_cost_usd,
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
            when bucket_start is null
                then 'the bucket has no start; `starting_at` is an RFC 3339 time, `usage_date_utc` a date'
            when
                bucket_start < timestamp '2020-01-01 00:00:00' or bucket_start >= timestamp '2100-01-01 00:00:00'
                then 'the bucket starts outside the years 2020 to 2099; check the unit of its time'
            when bucket_end <= bucket_start then 'the bucket does not end after its start'
            when has_content and amount_text is null then 'the row has no amount; its columns may have been renamed'
            when has_content and exact_amount is null
                then amount_text || ' is no amount of money: a decimal number below 10^14 is expected'
            when has_content and not coalesce(regexp_full_match(iso_currency, '[a-z]{3}'), false)
                then
                    'currency ' || coalesce(iso_currency, '(none)') || ' is no ISO code; usd or another one is expected'
        end as reject_reason
    from timed
),

grouped as (
    select
        *,
        array_to_string(list_filter([
            if(bool_or(cost_type is not null) over delivery, 'cost_type', null),
            if(bool_or(description is not null) over delivery, 'description', null),
            if(bool_or(model is not null) over delivery, 'model', null),
            if(bool_or(token_type is not null) over delivery, 'token_type', null),
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
                row(*columns('_id$|_name$|^desc|^model$|_t(ier|ype)$|^context_w|^inference_geo$|^speed$'))::varchar,
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
    amount_text,
    amount_unit,
    currency,
    billed_cost_usd,
    source_line,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    description,
    model,
    cost_type,
    token_type,
    service_tier,
    usage_type,
    context_window,
    inference_geo,
    speed,
    list_cost_usd,
    reject_reason,
    if(reject_reason is not null, reject_text, null) as reject_text
from numbered
order by source_line, record_id
