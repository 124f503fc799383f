-- One row per line of an invoice, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        report_names(report_exact(record)) as names
    from raw.staged
),

bounded as (
    select
        *,
        coalesce(names['period'], names['periodstart']) as period_text,
        case
            when regexp_full_match(names['period'], '[0-9]{4}-[0-9]{2}')
                then try_cast(names['period'] || '-01' as date)
            else report_day(coalesce(names['period'], names['periodstart']))
        end as first_day,
        case
            when regexp_full_match(names['period'], '[0-9]{4}-[0-9]{2}')
                then last_day(try_cast(names['period'] || '-01' as date))
            else report_day(coalesce(names['period'], names['periodend']))
        end as final_day,
        lower(coalesce(names['category'], names['chargecategory'], 'usage')) as category
    from delivered
)

select
    source_line,
    record,
    case
        when names['provider'] is null
            then 'provider is missing; name who bills: openai, anthropic, aws, azure, gcp, ...'
        when names['invoiceid'] is null then 'invoice_id is missing; it tells one invoice from another'
        when names['amount'] is null then 'amount is missing; give it in the currency of the invoice'
        when names['currency'] is null then 'currency is missing; give the ISO code, such as USD'
        when first_day is null or final_day is null
            then
                'period ' || coalesce(period_text, '')
                || ' is not known; give YYYY-MM, YYYY-MM-DD, or period_start and period_end as dates, both included'
        when first_day > final_day then 'period_end lies before period_start'
        when category not in ('usage', 'purchase', 'tax', 'credit', 'adjustment', 'discount')
            then 'category ' || category || ' is not known; give usage, purchase, tax, credit, discount or adjustment'
    end as reject_reason,
    'invoice' as kind,
    cast(first_day as varchar) as started,
    cast(final_day + 1 as varchar) as ended,
    -- An invoice is delivered whole: a later delivery of it replaces all of its lines of a period.
    lower(names['provider']) || '|' || names['invoiceid'] as scope,
    names['asof'] as as_of,
    cast(coalesce(lower(names['status']), 'final') in ('final', 'issued', 'paid') as varchar) as is_final,
    lower(names['provider']) as provider,
    coalesce(lower(names['platform']), '(all)') as platform,
    names['billingaccountid'] as billing_account_id,
    names['accountid'] as workspace_id,
    names['model'] as raw_model,
    coalesce(names['description'], names['lineitem']) as line_item,
    names['lineid'] as sku_id,
    category as charge_category,
    names['amount'] as amount,
    names['currency'] as currency,
    names['quantity'] as quantity,
    names['unit'] as quantity_unit
from bounded
