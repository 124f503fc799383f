-- One row per place on a closed day's bills whose published amount and adjustments do not add up to that known.
-- grain: day, subject
-- severity: error

with parts as (
    select
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        billed_cost,
        uncosted_lines
    from steps.published_bills
    union all
    select
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        amount_cost as billed_cost,
        without_cost_after - without_cost_before as uncosted_lines
    from core.bill_adjustments
    where adjusted_day = $day
    union all
    select
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency,
        -billed_cost as billed_cost,
        -uncosted_lines as uncosted_lines
    from core.restated_bills
)

select
    $day as day,
    concat_ws(
        ' / ',
        bill_kind,
        provider,
        platform,
        account_id,
        raw_model,
        charge_category,
        currency
    ) as subject,
    concat(
        'published and adjusted less known: ', sum(billed_cost), ', lines without an amount: ', sum(uncosted_lines)
    ) as detail
from parts
group by
    bill_kind,
    provider,
    platform,
    account_id,
    raw_model,
    charge_category,
    currency
having sum(billed_cost) <> 0 or sum(uncosted_lines) <> 0
order by subject
