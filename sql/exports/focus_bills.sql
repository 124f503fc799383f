-- One row per line of a bill that is for no usage: a credit, a discount, tax, an adjustment, or a purchase
-- grain: record_id, day, adjusted_day, place
--
-- Where a provider's month has an invoice, its lines are meant, else those of the bills; of a closed month, what
-- was told of it first, since that is what its own rows say. In US dollars where the line gives them, else in its
-- own currency. A purchase is billed and has no effective cost, as FOCUS has it: what
-- it buys bears that. A line without an amount or a currency is in no row. What was posted to these days of the
-- lines of a closed month corrects them, in the currency of the bill.
with told as (
    select
        date_trunc('month', day) as month,
        provider,
        source_format = 'invoices' as is_invoice,
        -1 as told_no
    from core.invoice_lines
    union all
    select
        date_trunc('month', adjusted_day) as month,
        provider,
        bill_kind = 'invoices' as is_invoice,
        posting_no as told_no
    from core.bill_adjustments
    where bill_kind in ('bills', 'invoices')
),

bases as (
    select
        month,
        provider,
        coalesce(
            min(case when is_invoice then told_no end)
            <= coalesce(min(case when not is_invoice then told_no end), max(told_no)),
            false
        ) as is_invoiced
    from told
    group by month, provider
),

lines as (
    select
        i.*,
        coalesce(i.billed_cost_usd, i.billed_cost) as own_cost,
        case when i.billed_cost_usd is null then upper(i.currency) else 'USD' end as own_currency
    from core.invoice_lines as i
    inner join bases as b
        on date_trunc('month', i.day) = b.month and i.provider = b.provider
    where
        i.is_primary
        and i.charge_category <> 'usage'
        and (i.source_format = 'invoices') = b.is_invoiced
        and i.day >= $first and i.day <= $last
),

charges as (
    select
        record_id,
        day,
        cast(null as varchar) as charge_class,
        cast(null as varchar) as cause,
        cast(null as date) as adjusted_day,
        charge_category,
        coalesce(line_item, charge_category) as line_item,
        strftime(
            case when bucket_end > day then bucket_end else cast(day + 1 as timestamp) end, '%Y-%m-%dT%H:%M:%SZ'
        ) as period_end,
        provider,
        platform,
        billing_account_id as account_id,
        own_currency,
        own_cost
    from lines
    union all
    select
        cast(null as varchar) as record_id,
        a.day,
        'Correction' as charge_class,
        a.cause,
        a.adjusted_day,
        a.charge_category,
        cast(null as varchar) as line_item,
        cast(null as varchar) as period_end,
        a.provider,
        a.platform,
        nullif(a.account_id, '(unattributed)') as account_id,
        upper(a.currency) as own_currency,
        a.amount_cost as own_cost
    from core.bill_adjustments as a
    inner join bases as b
        on date_trunc('month', a.adjusted_day) = b.month and a.provider = b.provider
    where
        a.bill_kind = case when b.is_invoiced then 'invoices' else 'bills' end
        and a.charge_category <> 'usage'
        and a.day >= $first and a.day <= $last
)

select
    record_id,
    day,
    charge_class,
    cause,
    adjusted_day,
    case charge_category
        when 'credit' then 'Credit' when 'tax' then 'Tax' when 'purchase' then 'Purchase' else 'Adjustment'
    end as charge_category,
    line_item,
    period_end,
    provider,
    case when platform = '(all)' then 'direct' else platform end as platform,
    account_id,
    'billed' as cost_basis,
    charge_category as part,
    own_currency as currency,
    own_cost as billed_cost,
    case when charge_category = 'purchase' then 0 else own_cost end as effective_cost
from charges
where own_cost is not null and regexp_full_match(own_currency, '[A-Z]{3}')
order by
    record_id,
    day,
    adjusted_day,
    charge_category,
    provider,
    platform,
    account_id,
    currency,
    billed_cost
