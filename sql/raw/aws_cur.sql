-- One row per Bedrock line item of an AWS Cost and Usage Report, as text
-- grain: source_line
with
-- A whole account's bill: what cannot be Bedrock's is left out before its columns are looked at.
candidates as (
    select
        source_line,
        record
    from raw.staged
    where
        regexp_matches(record, '(?i)bedrock|token_?count|"[a-z0-9]+-mp:')
        or not regexp_matches(record, '(?i)"line_?item./?_?product_?code":"|"lineitem/productcode":"')
),

named as materialized (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from candidates
),

opened as (
    select
        *,
        names['lineitemusagetype'] as usage_type,
        names['lineitemlineitemtype'] as item_type,
        coalesce(
            names['productproductname'],
            told_container(names['product']) ->> '$.product_name',
            names['productservicename'],
            told_container(names['product']) ->> '$.servicename'
        ) as product_name,
        coalesce(names['pricingunit'], told_container(names['product']) ->> '$.unit') as unit
    from named
),

worded as (
    select
        *,
        report_words(usage_type) as words,
        usage_type ilike '%MP:%' or coalesce(names['billbillingentity'], '') ilike '%marketplace%' as is_marketplace,
        report_usage_model(usage_type) as usage_model
    from opened
),

kept as (
    select *
    from worded
    where
        coalesce(names['lineitemproductcode'], '') ilike '%bedrock%'
        or coalesce(product_name, '') ilike '%bedrock%'
        or coalesce(names['lineitemlineitemdescription'], '') ilike '%bedrock%'
        or (is_marketplace and regexp_matches(usage_type, '(?i)token_?count'))
        or names['lineitemproductcode'] is null
),

classed as (
    select
        *,
        case
            when
                coalesce(item_type, 'Usage')
                in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'Credit', 'Refund')
                then report_token_class(words)
        end as token_class
    from kept
)

select
    source_line,
    record,
    case
        when usage_type is null and item_type is null
            then 'no line item: neither a usage type nor a line item type; export all columns of the CUR'
        when names['lineitemunblendedcost'] is null
            then 'no line_item_unblended_cost; export all columns of the CUR'
        when names['lineitemcurrencycode'] is null
            then 'no line_item_currency_code; export all columns of the CUR'
    end as reject_reason,
    'aws' as provider,
    'bedrock' as platform,
    names['lineitemusagestartdate'] as started,
    names['lineitemusageenddate'] as ended,
    (names['billinvoiceid'] is not null)::varchar as is_final,
    names['billpayeraccountid'] as billing_account_id,
    names['lineitemusageaccountid'] as workspace_id,
    names['lineitemusageaccountname'] as workspace_name,
    case
        when is_marketplace or (usage_model is null and product_name ilike '%(Amazon Bedrock Edition)')
            then trim(regexp_replace(product_name, '\s*\(Amazon Bedrock Edition\)', '', 'i'))
        else usage_model
    end as raw_model,
    report_tier(words) as service_tier,
    case when usage_type is not null then report_has(words, 'batch')::varchar end as is_batch,
    case when report_has(words, 'long ctx|long context|lctx') then 'long' end as context_window,
    report_geo(words, coalesce(names['productregioncode'], names['productregion'])) as inference_geo,
    usage_type as line_item,
    coalesce(names['productsku'], names['pricingratecode']) as sku_id,
    names['lineitemresourceid'] as resource_id,
    item_type as charge_type,
    case
        when coalesce(item_type, 'Usage') in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') then 'usage'
        when item_type in ('Fee', 'RIFee', 'SavingsPlanUpfrontFee', 'SavingsPlanRecurringFee') then 'purchase'
        when item_type = 'Tax' then 'tax'
        when item_type = 'Credit' then 'credit'
        when item_type ilike '%discount%' then 'discount'
        else 'adjustment'
    end as charge_category,
    report_cost_type(words) as cost_type,
    token_class,
    names['lineitemunblendedcost'] as amount,
    names['pricingpublicondemandcost'] as list_cost,
    lower(names['lineitemcurrencycode']) as currency,
    names['lineitemusageamount'] as quantity,
    unit as quantity_unit,
    -- Marketplace counts in Units: taken to be millions of tokens.
    case
        when lower(unit) = 'units' or (unit is null and usage_type ilike '%-Units') then '1000000'
        else report_unit_size(unit)::varchar
    end as unit_size,
    concat_ws(
        '|', told_moment(names['billbillingperiodstartdate']), names['lineitemoperation'], names['lineitemproductcode'],
        names['lineitemlineitemdescription'], names['lineitemavailabilityzone'], names['lineitemtaxtype'],
        names['lineitemlegalentity'], names['pricingrateid']
    ) as identity,
    coalesce(
        told_map(told_container(names['resourcetags'])),
        case
            when regexp_matches(record, '"resource_?[Tt]ags[/_]') then map_from_entries(list_filter(
                map_entries(told_map(record::json)),
                lambda e: e.value <> '' and regexp_matches(e.key, '^resource_?[Tt]ags[/_]')
            ))
        end
    ) as tags
from classed
