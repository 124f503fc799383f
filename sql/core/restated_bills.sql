-- One row per place on a day's bills, of cost reports and of invoices: what is billed
-- grain: day, bill_kind, provider, platform, account_id, raw_model, charge_category, currency
with billed as (
    select
        day,
        'costs' as bill_kind,
        provider,
        platform,
        coalesce(workspace_id, billing_account_id, '(unattributed)') as account_id,
        coalesce(raw_model, '(unattributed)') as raw_model,
        coalesce(charge_category, 'usage') as charge_category,
        coalesce(currency, '(unattributed)') as currency,
        billed_cost
    from core.provider_costs
    where day = $day and is_primary
    union all
    select
        day,
        case when source_format = 'invoices' then 'invoices' else 'bills' end as bill_kind,
        provider,
        platform,
        coalesce(workspace_id, billing_account_id, '(unattributed)') as account_id,
        coalesce(raw_model, '(unattributed)') as raw_model,
        charge_category,
        coalesce(currency, '(unattributed)') as currency,
        billed_cost
    from core.invoice_lines
    where day = $day and is_primary
)

select
    day,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency,
    cast(coalesce(sum(billed_cost), 0) as decimal(38, 12)) as billed_cost,
    count(*) as charge_lines,
    count(*) filter (where billed_cost is null) as uncosted_lines
from billed
group by
    day,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency
order by
    day,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency
