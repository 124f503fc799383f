-- One row per month and place on its bills: what was billed as its books say, and by what is known now
-- grain: month, bill_kind, provider, platform, account_id, raw_model, charge_category, currency
-- view
--
-- A cloud's bill is in both kinds of report, so the two are not added.
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
    where is_primary
    union all
    select
        day,
        'invoices' as bill_kind,
        provider,
        platform,
        coalesce(workspace_id, billing_account_id, '(unattributed)') as account_id,
        coalesce(raw_model, '(unattributed)') as raw_model,
        charge_category,
        coalesce(currency, '(unattributed)') as currency,
        billed_cost
    from core.invoice_lines
    where is_primary
),

amounts as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        coalesce(billed_cost, 0) as booked_cost,
        0 as adjustment_cost,
        case when billed_cost is null then 1 else 0 end as uncosted_lines
    from billed
    union all
    select
        month,
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        0 as booked_cost,
        amount_cost as adjustment_cost,
        without_cost_after - without_cost_before as uncosted_lines
    from core.bill_adjustments
)

select
    month,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency,
    cast(sum(booked_cost) as decimal(38, 12)) as booked_cost,
    cast(sum(adjustment_cost) as decimal(38, 12)) as adjustment_cost,
    cast(sum(booked_cost) + sum(adjustment_cost) as decimal(38, 12)) as billed_cost,
    cast(sum(uncosted_lines) as bigint) as uncosted_lines
from amounts
group by
    month,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency
order by
    month,
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency
