-- One row per month, provider with an invoice and cause: what is reported to what is invoiced
-- grain: month, provider, cause
--
-- Days without a report stand in as metered. Credits, discounts and tax are told by the category of
-- the line; an invoice in another currency differs by its rate, up to a tenth; one whose lines are
-- rounded differs by a cent a line.
with differing as (
    select
        month,
        provider,
        is_foreign,
        is_unconverted,
        invoice_lines,
        expected_charge_picos,
        invoice_charge_picos - expected_charge_picos as charge_picos,
        invoice_picos - invoice_charge_picos - expected_picos + expected_charge_picos as other_picos
    from steps.month_sums
    where has_invoice
),

parts as (
    select
        month,
        provider,
        case
            when is_unconverted then 'currency'
            when abs(charge_picos) <= 10000000000 * invoice_lines then 'rounding'
            when is_foreign and abs(charge_picos) * 10 <= abs(expected_charge_picos) then 'currency'
            else 'unexplained'
        end as cause,
        charge_picos as part_picos
    from differing
    union all
    select
        month,
        provider,
        'credits_discounts_tax' as cause,
        other_picos as part_picos
    from differing
)

select
    month,
    provider,
    cause,
    sum(part_picos) as part_picos
from parts
where part_picos <> 0
group by month, provider, cause
