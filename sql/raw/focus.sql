-- One row per charge of a FOCUS file that is for a language model, as text
-- grain: source_line
with
-- By the names that a version brought with it, in any row of the file.
versions as (
    select
        max(case
            when report_plain(name) = 'invoicedetailid' then '1.4'
            when report_plain(name) in ('serviceprovidername', 'hostprovidername') then '1.3'
            when report_plain(name) in ('invoiceid', 'pricingcurrency') then '1.2'
            when report_plain(name) in ('skumeter', 'skupricedetails') then '1.1'
            else '1.0'
        end) as version
    from (select distinct unnest(json_keys(record)) as name from raw.staged) as found
),

-- A whole bill: what cannot be a model's is left out before its columns are looked at.
named as (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from raw.staged
    where
        regexp_matches(
            record,
            '(?i)bedrock|openai|foundry|vertex|gemini|generative|anthropic|claude|mistral|cohere|deepseek|xai|grok'
            || '|openrouter|token'
        )
        or not regexp_matches(record, '(?i)"service_?name":"')
),

opened as (
    select
        *,
        coalesce(names['serviceprovidername'], names['providername'], names['publishername']) as provider_name,
        names['servicename'] as service,
        coalesce(
            lower(coalesce(names['consumedunit'], names['pricingunit'])) = 'units'
            and names['pricingquantity'] is not null
            and report_unit_size(names['xpricingunitdescription']) is not null,
            false
        ) as is_priced_in_blocks,
        report_details(coalesce(
            cast(told_container(names['skupricedetails']) as varchar),
            cast(told_container(names['xskudetails']) as varchar)
        )) as details,
        coalesce(names['xusagetype'], names['xskumetername'], names['xskudescription']) as native_meter
    from named
),

kept as (
    select
        *,
        concat_ws(' | ', names['skumeter'], native_meter) as meter,
        report_words(concat_ws(
            ' ', names['skumeter'], native_meter, coalesce(details['tokendirection'], details['tokentype']),
            if(lower(details['tokencacheaction']) in ('read', 'write'), 'cache ' || details['tokencacheaction'], null)
        )) as words,
        report_words(names['chargedescription']) as description_words,
        -- Azure calls whatever it counts Units; the block that it prices says how many.
        case
            when is_priced_in_blocks then names['pricingquantity']
            else coalesce(names['consumedquantity'], names['pricingquantity'])
        end as counted,
        case
            when is_priced_in_blocks then names['xpricingunitdescription']
            when names['consumedquantity'] is null then names['pricingunit']
            else names['consumedunit']
        end as unit
    from opened
    where
        coalesce(service, provider_name) is null
        or names['servicesubcategory'] ilike 'generative ai'
        or regexp_matches(
            concat_ws('|', service, provider_name),
            '(?i)bedrock|openai|foundry models|vertex ai|gemini|generative|anthropic|claude|mistral|cohere|deepseek'
            || '|^xai|[|]xai|grok|openrouter'
        )
        or regexp_matches(
            concat_ws(
                '|', names['skumeter'], names['consumedunit'], names['pricingunit'], names['xskumetersubcategory']
            ),
            '(?i)tokens|openai'
        )
),

classed as (
    select
        *,
        lower(coalesce(names['chargecategory'], '')) as category,
        coalesce(report_token_class(words), report_token_class(description_words)) as token_class,
        case
            when regexp_matches(provider_name, '(?i)^(aws|amazon)') then 'aws'
            when regexp_matches(provider_name, '(?i)^(microsoft|azure)') then 'azure'
            when regexp_matches(provider_name, '(?i)^(google|gcp)') then 'gcp'
            else nullif(trim(regexp_replace(lower(provider_name), '[^a-z0-9]+', '_', 'g'), '_'), '')
        end as provider
    from kept
)

select
    source_line,
    record,
    case
        when coalesce(service, provider_name) is null then 'no ServiceName; export all mandatory columns of FOCUS'
        when names['billedcost'] is null then 'no BilledCost; export all mandatory columns of FOCUS'
        when names['billingcurrency'] is null then 'no BillingCurrency; export all mandatory columns of FOCUS'
    end as reject_reason,
    provider,
    case
        when concat_ws('|', service, meter) ilike '%bedrock%' or provider = 'aws' then 'bedrock'
        when provider = 'azure' then 'azure'
        when service ilike '%gemini api%' or service ilike '%generative language%' then 'ai_studio'
        when provider = 'gcp' then 'vertex'
        else 'direct'
    end as platform,
    names['chargeperiodstart'] as started,
    names['chargeperiodend'] as ended,
    'bill_focus_' || v.version as delivery_form,
    case
        when regexp_matches(record, '(?i)"invoice_?id":') then cast(names['invoiceid'] is not null as varchar)
    end as is_final,
    names['billingaccountid'] as billing_account_id,
    names['subaccountid'] as workspace_id,
    names['subaccountname'] as workspace_name,
    names['credentialid'] as api_key_id,
    names['principalid'] as user_id,
    coalesce(
        details['modelid'], details['xmodelid'], details['model'], details['xmodel'], details['modelfamily'],
        details['xmodelname'], names['xmodelid'], names['xmodel'], report_usage_model(names['xusagetype']),
        report_meter_model(names['xskumetername']), report_meter_model(names['xskudescription']),
        nullif(regexp_extract(service, '^(.*?) *\(Amazon Bedrock Edition\)', 1), '')
    ) as raw_model,
    coalesce(details['xservicetier'], details['xtier'], report_tier(words)) as service_tier,
    cast(report_has(words || description_words, 'batch') or lower(details['xbatch']) = 'true' as varchar) as is_batch,
    coalesce(
        details['xcontextwindow'], details['xcontextband'], case when report_has(words, 'long|long ?co') then 'long' end
    ) as context_window,
    report_geo(words, coalesce(names['regionid'], names['regionname'])) as inference_geo,
    coalesce(nullif(meter, ''), names['chargedescription']) as line_item,
    coalesce(names['skuid'], names['skupriceid']) as sku_id,
    names['resourceid'] as resource_id,
    nullif(concat_ws(' ', names['chargecategory'], names['chargeclass']), '') as charge_type,
    case
        when category in ('usage', 'purchase', 'tax', 'credit', 'adjustment') then category
        when category = '' then 'usage'
        else 'adjustment'
    end as charge_category,
    coalesce(report_cost_type(words), report_cost_type(description_words)) as cost_type,
    case when category in ('usage', '') then token_class end as token_class,
    names['billedcost'] as amount,
    names['listcost'] as list_cost,
    names['effectivecost'] as effective_cost,
    names['billingcurrency'] as currency,
    counted as quantity,
    unit as quantity_unit,
    -- AWS Marketplace counts in Units: taken to be millions of tokens; Google counts tokens as `count`.
    cast(case
        when lower(unit) = 'units' and provider = 'aws' then 1000000
        when provider = 'gcp' and lower(unit) in ('requests', 'request') then 1
        when provider = 'gcp' then report_unit_size(regexp_replace(lower(unit), 'counts?', 'tokens'))
        else report_unit_size(unit)
    end as varchar) as unit_size,
    concat_ws(
        '|', names['chargedescription'], names['chargefrequency'], names['skupriceid'], names['pricingcategory'],
        names['pricingunit'], names['consumedunit'], names['availabilityzone'], names['commitmentdiscountid'],
        names['invoiceissuername'], names['publishername'], names['skupricedetails'], names['xoperation'],
        names['allocatedresourceid'], names['pricingcurrency']
    ) as identity,
    told_map(told_container(names['tags'])) as tags
from classed
cross join versions as v
