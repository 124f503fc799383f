-- One row per line of Google's billing export that is for a language model, and per credit on it, as text
-- grain: source_line
with
-- A whole account's bill: what cannot be a model's is left out before its columns are looked at.
named as (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from raw.staged
    where
        regexp_matches(record, '(?i)vertex|gemini|generative|c7e2-9256-1c43|claude|anthropic|mistral|llama')
        or not regexp_matches(record, '(?i)"service(?:"|[._ ]?description")\s*:\s*[{"]')
),

opened as (
    select
        *,
        report_inner(names['servicedescription'], names['service'], 'description') as service,
        report_inner(names['serviceid'], names['service'], 'id') as service_id,
        report_inner(names['skudescription'], names['sku'], 'description') as sku,
        report_inner(names['skuid'], names['sku'], 'id') as sku_id,
        replace(coalesce(names['unroundedcost'], names['cost']), ',', '') as cost_text,
        names['usagestarttime'] is null
        and coalesce(names['unroundedcost'], names['usagestartdate'], names['costtype']) is not null as is_console,
        coalesce(
            report_day(names['usagestartdate']),
            cast(try_strptime(names['invoicemonth'], ['%Y%m', '%Y-%m']) as date),
            date_trunc('month', report_day(names['invoicedate']))
        ) as console_day,
        case
            when lower(coalesce(names['costtype'], 'usage')) in ('usage', 'regular') then 'regular'
            when lower(names['costtype']) in ('tax', 'taxes') then 'tax'
            else names['costtype']
        end as line_type,
        coalesce(
            report_inner(names['usagepricingunit'], names['usage'], 'pricing_unit'),
            report_inner(names['usageunit'], names['usage'], 'unit')
        ) as unit,
        case
            when report_inner(names['usagepricingunit'], names['usage'], 'pricing_unit') is not null
                then report_inner(names['usageamountinpricingunits'], names['usage'], 'amount_in_pricing_units')
            else replace(report_inner(names['usageamount'], names['usage'], 'amount'), ',', '')
        end as unit_amount,
        try_cast(
            coalesce(names['currencyconversionrate'], names['currencyexchangerate']) as decimal(18, 12)
        ) as rate
    from named
),

kept as (
    select
        *,
        report_words(sku) as words
    from opened
    where
        -- The console's table ends with totals of it.
        (coalesce(service, service_id) is null and not is_console)
        or service_id = 'C7E2-9256-1C43'
        or regexp_matches(
            service, '(?i)vertex ai|gemini|generative language|generative ai|claude|anthropic|mistral|llama'
        )
),

-- The charge before credits, and each credit on it; together they are what is invoiced.
lines as (
    select
        *,
        cast(null as json) as credit,
        0 as credit_no
    from kept
    union all
    select
        *,
        unnest(from_json(told_container(names['credits']), '["JSON"]')) as credit,
        generate_subscripts(from_json(told_container(names['credits']), '["JSON"]'), 1) as credit_no
    from kept
    where json_type(told_container(names['credits'])) = 'ARRAY'
),

priced as (
    select
        *,
        if(credit_no = 0, cost_text, credit ->> '$.amount') as amount,
        if(credit_no = 0, coalesce(names['credittype'], line_type), coalesce(credit ->> '$.type', 'CREDIT'))
            as charge_type,
        credit_no > 0 or names['credittype'] is not null as is_credit
    from lines
)

select
    source_line,
    record,
    case
        when coalesce(service, service_id) is null then 'no service; export the rows of the billing table whole'
        when amount is null then 'no cost; export the rows of the billing table whole'
        when names['currency'] is null and is_console
            then 'no currency; download the cost table with the lines above it'
        when names['currency'] is null then 'no currency; export the rows of the billing table whole'
    end as reject_reason,
    'gcp' as provider,
    if(service ilike '%gemini api%' or service ilike '%generative language%', 'ai_studio', 'vertex') as platform,
    if(is_console, cast(console_day as varchar), names['usagestarttime']) as started,
    -- The console's end is the last day that it had when it was asked.
    if(
        is_console, cast(cast(date_trunc('month', console_day) + interval 1 month as date) as varchar),
        names['usageendtime']
    ) as ended,
    names['exporttime'] as as_of,
    if(is_console, 'bill_by_month', null) as delivery_form,
    cast(not is_console as varchar) as is_appended,
    if(is_console, cast(names['invoicenumber'] is not null as varchar), null) as is_final,
    names['billingaccountid'] as billing_account_id,
    report_inner(names['projectid'], names['project'], 'id') as workspace_id,
    report_inner(names['projectname'], names['project'], 'name') as workspace_name,
    report_meter_model(sku) as raw_model,
    report_tier(words) as service_tier,
    case when sku is not null then cast(report_has(words, 'batch') as varchar) end as is_batch,
    case when report_has(words, 'long') then 'long' end as context_window,
    report_geo(words, report_inner(names['locationregion'], names['location'], 'region')) as inference_geo,
    sku as line_item,
    sku_id,
    coalesce(
        report_inner(names['resourceglobalname'], names['resource'], 'global_name'),
        report_inner(names['resourcename'], names['resource'], 'name')
    ) as resource_id,
    charge_type,
    case
        when is_credit and charge_type ilike '%discount%' then 'discount'
        when is_credit then 'credit'
        when line_type = 'regular' then 'usage'
        when line_type = 'tax' then 'tax'
        else 'adjustment'
    end as charge_category,
    report_cost_type(words) as cost_type,
    case when not is_credit and line_type = 'regular' then report_token_class(words) end as token_class,
    amount,
    if(rate > 0, cast(decimal_division(try_cast(amount as decimal(32, 18)), rate, 12) as varchar), null) as amount_usd,
    if(credit_no = 0, names['costatlist'], null) as list_cost,
    names['currency'] as currency,
    if(is_credit, null, unit_amount) as quantity,
    if(is_credit, null, unit) as quantity_unit,
    -- Google counts tokens as `count`, some SKUs as `requests`.
    cast(case
        when lower(unit) in ('requests', 'request') then 1
        else report_unit_size(regexp_replace(lower(unit), 'counts?', 'tokens'))
    end as varchar) as unit_size,
    concat_ws(
        '|',
        service_id,
        report_inner(names['invoicemonth'], names['invoice'], 'month'),
        names['transactiontype'],
        names['sellername'],
        report_inner(names['locationlocation'], names['location'], 'location'),
        report_inner(names['adjustmentinfoid'], names['adjustmentinfo'], 'id'),
        names['consumptionmodeldescription'],
        credit ->> '$.name',
        credit ->> '$.id',
        credit ->> '$.full_name'
    ) as identity,
    try(map_from_entries(list_transform(
        from_json(told_container(names['labels']), '[{"key": "VARCHAR", "value": "VARCHAR"}]'),
        lambda l: { 'key': l.key, 'value': l.value }
    ))) as tags
from priced
