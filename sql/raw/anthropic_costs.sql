-- One row per result of an Anthropic cost bucket, or per bucket without cost, or a reason why not
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
            "description": "VARCHAR", "model": "VARCHAR", "cost_type": "VARCHAR", "token_type": "VARCHAR",
            "service_tier": "VARCHAR", "usage_type": "VARCHAR", "context_window": "VARCHAR",
            "inference_geo": "VARCHAR", "speed": "VARCHAR", "amount": "VARCHAR", "currency": "VARCHAR",
            "cost_usd": "VARCHAR", "list_price_usd": "VARCHAR"}'
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
    list_filter([
        if(cost_type is not null, 'cost_type', null),
        if(description is not null, 'description', null),
        if(model is not null, 'model', null),
        if(token_type is not null, 'token_type', null),
        if(workspace_id is not null and delivery_form = 'api', 'workspace_id', null)
    ], lambda d: d is not null) as dimensions,
    row(
        workspace_id, workspace_name, api_key_id, api_key_name, description, model, cost_type, token_type,
        service_tier, usage_type, context_window, inference_geo, speed
    )::varchar as scope_dimensions,
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
    end as reject_reason,
    reject_text
from timed
