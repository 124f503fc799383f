-- One row per month and provider: what was metered, reported, billed and invoiced
-- grain: month, provider
--
-- Money is in 1e-12 USD. An invoice counts in the month in which its period begins, and is converted
-- at the recorded rate of the last day of the period.
with metered as (
    select
        strftime(m.day, '%Y-%m') as month,
        m.provider,
        count(distinct m.day) as metered_days,
        count(distinct d.day) as reported_days,
        sum(cast(m.cost_usd * 1000000000000 as hugeint)) as metered_picos,
        sum(case when d.day is null then cast(m.cost_usd * 1000000000000 as hugeint) else 0 end) as unreported_picos
    from core.metered_usage as m
    left join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    group by strftime(m.day, '%Y-%m'), m.provider
),

used as (
    select
        strftime(s.day, '%Y-%m') as month,
        s.provider,
        sum(s.metered_picos + s.unpriced_picos + s.reported_only_picos - s.metered_only_picos) as usage_picos,
        sum(
            case
                when d.has_costs then 0
                else s.metered_picos + s.unpriced_picos + s.reported_only_picos - s.metered_only_picos
            end
        ) as uncharged_picos
    from steps.usage_strata as s
    inner join steps.told_dimensions as d
        on s.day = d.day and s.provider = d.provider and s.platform = d.platform
    group by strftime(s.day, '%Y-%m'), s.provider
),

provisional as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        count(distinct day) as provisional_days
    from steps.told_dimensions
    where is_provisional
    group by strftime(day, '%Y-%m'), provider
),

charged as (
    select
        strftime(day, '%Y-%m') as month,
        provider,
        sum(billed_picos) as billed_picos,
        sum(case when charge_category = 'usage' then billed_picos else 0 end) as charge_picos,
        sum(case when charge_category = 'purchase' then billed_picos else 0 end) as purchase_picos,
        sum(case when charge_category not in ('usage', 'purchase') then least(billed_picos, 0) else 0 end)
            as credit_picos,
        sum(case when is_unconverted then charge_lines else 0 end) as unconverted_lines
    from steps.reported_charges
    group by strftime(day, '%Y-%m'), provider
),

lines as (
    select
        strftime(i.day, '%Y-%m') as month,
        i.provider,
        i.source_format = 'invoices' as is_invoice,
        i.charge_category,
        i.currency,
        i.billed_cost_usd is null and i.billed_cost is not null and x.usd_per_unit is null as is_unconverted,
        coalesce(
            cast(i.billed_cost_usd * 1000000000000 as hugeint),
            cast(i.billed_cost * 1000000000000 as hugeint) * cast(x.usd_per_unit * 1000000000000 as hugeint)
            // 1000000000000,
            0
        ) as picos
    from core.invoice_lines as i
    left join core.exchange_rates as x
        on cast(coalesce(i.bucket_end, i.day + 1) as date) - 1 = x.day and upper(i.currency) = x.currency
    where i.is_primary
),

invoiced as (
    select
        month,
        provider,
        bool_or(is_invoice) as has_invoice,
        bool_or(is_invoice and currency <> 'usd') as is_foreign,
        sum(case when is_invoice then 1 else 0 end) as invoice_lines,
        sum(case when is_invoice and is_unconverted then 1 else 0 end) as unconverted_lines,
        sum(case when is_invoice then picos else 0 end) as invoice_picos,
        sum(case when is_invoice and charge_category = 'usage' then picos else 0 end) as invoice_charge_picos,
        sum(case when is_invoice and charge_category = 'purchase' then picos else 0 end) as invoice_purchase_picos,
        sum(case when is_invoice and charge_category not in ('usage', 'purchase') then least(picos, 0) else 0 end)
            as invoice_credit_picos,
        sum(picos) as all_picos
    from lines
    group by month, provider
),

months as (
    select
        month,
        provider
    from metered
    union
    select
        month,
        provider
    from used
    union
    select
        month,
        provider
    from charged
    union
    select
        month,
        provider
    from invoiced
)

select
    m.month,
    m.provider,
    coalesce(t.metered_days, 0) as metered_days,
    coalesce(t.reported_days, 0) as reported_days,
    coalesce(p.provisional_days, 0) as provisional_days,
    coalesce(t.metered_picos, 0) as metered_picos,
    coalesce(t.unreported_picos, 0) as unreported_picos,
    u.usage_picos,
    c.billed_picos,
    coalesce(c.charge_picos, 0) + coalesce(u.uncharged_picos, 0) + coalesce(t.unreported_picos, 0)
        as expected_charge_picos,
    coalesce(c.billed_picos, 0) + coalesce(u.uncharged_picos, 0) + coalesce(t.unreported_picos, 0) as expected_picos,
    coalesce(c.purchase_picos, 0) as expected_purchase_picos,
    coalesce(c.credit_picos, 0) as expected_credit_picos,
    coalesce(i.has_invoice, false) as has_invoice,
    coalesce(i.is_foreign, false) as is_foreign,
    coalesce(i.invoice_lines, 0) as invoice_lines,
    i.invoice_picos,
    i.invoice_charge_picos,
    i.invoice_purchase_picos,
    i.invoice_credit_picos,
    case when i.has_invoice then i.invoice_picos else i.all_picos end as invoiced_picos,
    coalesce(c.unconverted_lines, 0) + coalesce(i.unconverted_lines, 0) as unconverted_lines,
    coalesce(i.unconverted_lines, 0) > 0 as is_unconverted
from months as m
left join metered as t on m.month = t.month and m.provider = t.provider
left join used as u on m.month = u.month and m.provider = u.provider
left join provisional as p on m.month = p.month and m.provider = p.provider
left join charged as c on m.month = c.month and m.provider = c.provider
left join invoiced as i on m.month = i.month and m.provider = i.provider
