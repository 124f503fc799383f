-- One row per month, provider with an invoice and cause: what is reported to what is invoiced
-- grain: month, provider, cause
--
-- Days without a report stand in as metered. Purchases (fees), credits, discounts and tax are told by the
-- category of the line; where the sums agree with the credits and not without, one side's lines are net of
-- them. An invoice in another currency differs by its rate, up to a tenth; one whose lines are
-- rounded differs by a cent a line.
with sums as (
    select
        month,
        provider,
        is_foreign,
        is_unconverted,
        invoice_lines,
        expected_charge_picos,
        invoice_charge_picos - expected_charge_picos as charge_picos,
        invoice_purchase_picos - expected_purchase_picos as purchase_picos,
        invoice_credit_picos - expected_credit_picos as credit_picos,
        invoice_picos - invoice_charge_picos - invoice_purchase_picos
        - expected_picos + expected_charge_picos + expected_purchase_picos as other_picos
    from steps.month_sums
    where has_invoice
),

differing as (
    select
        month,
        provider,
        is_foreign,
        is_unconverted,
        invoice_lines,
        expected_charge_picos,
        purchase_picos,
        case when is_net then charge_picos + credit_picos else charge_picos end as charge_picos,
        case when is_net then other_picos - credit_picos else other_picos end as other_picos
    from (
        select
            *,
            abs(charge_picos) > 10000000000 * invoice_lines
            and abs(charge_picos + credit_picos) <= 10000000000 * invoice_lines as is_net
        from sums
    ) as compared
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
        'fees' as cause,
        purchase_picos as part_picos
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
