-- One row per month and place on its bills: what was billed as its books say, and by what is known now
-- grain: month, bill_kind, provider, platform, account_id, raw_model, charge_category, currency
-- view
--
-- A bill's lines are costs too, and an invoice repeats them, so the kinds are not added. What was posted is in
-- the currency of the bill; all of it is read at the rate known now, a report's and a bill's of its day, an
-- invoice's of the last day of the month.
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
        case when source_format = 'invoices' then 'invoices' else 'bills' end as bill_kind,
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
        day,
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
        adjusted_day as day,
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
),

days as (
    select
        case when bill_kind = 'invoices' then last_day(day) else day end as rate_day,
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        sum(booked_cost) as booked_cost,
        sum(adjustment_cost) as adjustment_cost,
        cast((sum(booked_cost) + sum(adjustment_cost)) * 1000000000000 as hugeint) as picos,
        sum(uncosted_lines) as uncosted_lines
    from amounts
    group by
        case when bill_kind = 'invoices' then last_day(day) else day end,
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency
),

converted as (
    select
        d.*,
        case
            when upper(d.currency) = 'USD' or d.picos = 0 then d.picos
            else
                d.picos // 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint)
                + d.picos % 1000000000000 * cast(x.usd_per_unit * 1000000000000 as hugeint) // 1000000000000
        end as usd_picos
    from days as d
    left join core.fx_rates as x
        on d.rate_day = x.day and upper(d.currency) || '/USD' = x.currency_pair
)

select
    substr(cast(rate_day as varchar), 1, 7) as month,
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
    case
        when count(*) = count(usd_picos)
            then cast(cast(sum(usd_picos) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12))
    end as billed_cost_usd,
    count(*) - count(usd_picos) as unconverted_amounts,
    cast(sum(uncosted_lines) as bigint) as uncosted_lines
from converted
group by
    substr(cast(rate_day as varchar), 1, 7),
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
