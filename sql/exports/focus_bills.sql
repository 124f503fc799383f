-- One row per line of a bill that is for no usage: a credit, a discount, tax, an adjustment, or a purchase
-- grain: record_id
--
-- Where a provider's month has an invoice, its lines are meant, else those of the bills. In US dollars where the
-- line gives them, else in its own currency. A purchase is billed and has no effective cost, as FOCUS has it: what
-- it buys bears that. A line without an amount or a currency is in no row.
with invoiced as (
    select distinct
        date_trunc('month', day) as month,
        provider
    from core.invoice_lines
    where source_format = 'invoices'
),

lines as (
    select
        i.*,
        coalesce(i.billed_cost_usd, i.billed_cost) as own_cost,
        case when i.billed_cost_usd is null then upper(i.currency) else 'USD' end as own_currency
    from core.invoice_lines as i
    left join invoiced as m
        on date_trunc('month', i.day) = m.month and i.provider = m.provider
    where
        i.is_primary
        and i.charge_category <> 'usage'
        and (i.source_format = 'invoices') = (m.provider is not null)
        and i.day >= $first and i.day <= $last
)

select
    record_id,
    day,
    case charge_category
        when 'credit' then 'Credit' when 'tax' then 'Tax' when 'purchase' then 'Purchase' else 'Adjustment'
    end as charge_category,
    coalesce(line_item, charge_category) as line_item,
    strftime(
        case when bucket_end > day then bucket_end else cast(day + 1 as timestamp) end, '%Y-%m-%dT%H:%M:%SZ'
    ) as period_end,
    provider,
    case when platform = '(all)' then 'direct' else platform end as platform,
    billing_account_id as account_id,
    'billed' as cost_basis,
    charge_category as part,
    own_currency as currency,
    own_cost as billed_cost,
    case when charge_category = 'purchase' then 0 else own_cost end as effective_cost
from lines
where own_cost is not null and regexp_full_match(own_currency, '[A-Z]{3}')
order by record_id
