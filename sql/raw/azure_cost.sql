-- One row per line of an Azure cost details export that is for a language model, as text
-- grain: source_line
with
-- A whole tenant's bill: what cannot be a model's is left out before its columns are looked at.
named as (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from raw.staged
    where
        regexp_matches(record, '(?i)openai|foundry|anthropic|claude|mistral|cohere|deepseek')
        or not regexp_matches(record, '(?i)"meter_?category":"')
),

opened as (
    select
        *,
        report_words(names['metername']) as words,
        report_day(coalesce(names['date'], names['usagedate'], names['usagedatetime'])) as used_on,
        coalesce(names['date'], names['usagedate'], names['usagedatetime']) as date_text,
        names['chargetype'] as charge_type,
        coalesce(names['costinbillingcurrency'], names['cost'], names['pretaxcost']) as cost_text,
        -- What a reservation covers was billed when it was bought: only the amortised export has a cost here.
        coalesce(
            names['chargetype'] ilike 'unused%'
            or (
                names['pricingmodel'] in ('Reservation', 'SavingsPlan')
                and coalesce(names['chargetype'], 'Usage') ilike 'usage'
            ),
            false
        ) as is_covered
    from named
    where
        names['metercategory'] is null
        or regexp_matches(
            concat_ws(
                '|', names['metercategory'], names['metersubcategory'], names['productname'], names['product'],
                names['publishername']
            ),
            '(?i)openai|foundry models|anthropic|claude|mistral|cohere|deepseek'
        )
)

select
    source_line,
    record,
    case
        when names['metercategory'] is null
            then 'no MeterCategory; export cost and usage details with all columns'
        when cost_text is null
            then 'no CostInBillingCurrency; export cost and usage details with all columns'
        when
            coalesce(
                names['billingcurrencycode'], names['billingcurrency'], names['currencycode'], names['currency']
            ) is null
            then 'no BillingCurrency; export cost and usage details with all columns'
    end as reject_reason,
    'azure' as provider,
    'azure' as platform,
    coalesce(cast(used_on as varchar), date_text) as started,
    cast(used_on + 1 as varchar) as ended,
    case
        when regexp_matches(record, '(?i)"invoice_?id":') then cast(names['invoiceid'] is not null as varchar)
    end as is_final,
    names['billingaccountid'] as billing_account_id,
    coalesce(names['subscriptionid'], names['subscriptionguid']) as workspace_id,
    names['subscriptionname'] as workspace_name,
    case when report_token_class(words) is not null then report_meter_model(names['metername']) end as raw_model,
    report_tier(words) as service_tier,
    case when names['metername'] is not null then cast(report_has(words, 'batch') as varchar) end as is_batch,
    case
        when report_has(words, 'long ?co|long') then 'long'
        when report_has(words, 'short ?co|short') then 'short'
    end as context_window,
    report_geo(words, coalesce(names['resourcelocation'], names['meterregion'])) as inference_geo,
    names['metername'] as line_item,
    names['meterid'] as sku_id,
    names['resourceid'] as resource_id,
    charge_type,
    case
        when charge_type is null or charge_type ilike 'usage' then 'usage'
        when charge_type ilike 'purchase' then 'purchase'
        when charge_type ilike 'tax' then 'tax'
        when charge_type ilike 'credit' then 'credit'
        else 'adjustment'
    end as charge_category,
    report_cost_type(words) as cost_type,
    case when coalesce(charge_type, 'Usage') ilike 'usage' then report_token_class(words) end as token_class,
    if(is_covered and report_amount(cost_text, null) is not null, '0', cost_text) as amount,
    if(is_covered, '0', names['costinusd']) as amount_usd,
    if(is_covered, cost_text, null) as effective_cost,
    names['paygcostinbillingcurrency'] as list_cost,
    coalesce(
        names['billingcurrencycode'], names['billingcurrency'], names['currencycode'], names['currency']
    ) as currency,
    coalesce(names['quantity'], names['usagequantity'], names['consumedquantity']) as quantity,
    names['unitofmeasure'] as quantity_unit,
    cast(report_unit_size(names['unitofmeasure']) as varchar) as unit_size,
    concat_ws(
        '|', names['metercategory'], names['metersubcategory'], names['pricingmodel'], names['resourcegroup'],
        names['resourcegroupname'], names['reservationid'], names['benefitid'], names['costcenter'],
        names['additionalinfo'], names['productorderid'], names['term'], names['frequency']
    ) as identity,
    coalesce(
        told_map(told_container(names['tags'])), told_map(told_container('{' || names['tags'] || '}'))
    ) as tags
from opened
