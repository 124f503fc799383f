-- One row per result of an OpenAI cost bucket, or per bucket without cost, or a reason why not
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
            '{"amount_value": "VARCHAR", "amount_currency": "VARCHAR", "line_item": "VARCHAR",
            "project_id": "VARCHAR", "project_name": "VARCHAR", "user_id": "VARCHAR", "api_key_id": "VARCHAR",
            "api_source": "VARCHAR", "organization_id": "VARCHAR", "quantity": "VARCHAR", "quantity_unit": "VARCHAR"}'
        ) as result_texts,
        result ->> '$.amount.value' as api_amount,
        result ->> '$.amount.currency' as api_currency
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
)

select
    source_line,
    bucket_no,
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
    list_filter([
        if(api_key_id is not null and delivery_form = 'api', 'api_key_id', null),
        if(api_source is not null and delivery_form = 'api', 'api_source', null),
        if(line_item is not null, 'line_item', null),
        if(project_id is not null, 'project_id', null),
        if(user_id is not null and delivery_form = 'api', 'user_id', null)
    ], lambda d: d is not null) as dimensions,
    row(
        project_id, user_id, api_key_id, api_source, organization_id, line_item, quantity_unit
    )::varchar as scope_dimensions,
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
    end as reject_reason,
    reject_text
from timed
