-- One row per place on a closed day's bills that are not as reported: the difference
-- grain: day, posting_no, adjusted_day, bill_kind, provider, platform, account_id, raw_model, charge_category, currency

with changes as (
    select
        coalesce(after.day, before.day) as adjusted_day,
        coalesce(after.bill_kind, before.bill_kind) as bill_kind,
        coalesce(after.provider, before.provider) as provider,
        coalesce(after.platform, before.platform) as platform,
        coalesce(after.account_id, before.account_id) as account_id,
        coalesce(after.raw_model, before.raw_model) as raw_model,
        coalesce(after.charge_category, before.charge_category) as charge_category,
        coalesce(after.currency, before.currency) as currency,
        case
            when before.day is null then 'late_report'
            when after.day is null then 'withdrawn'
            else 'corrected'
        end as cause,
        coalesce(before.billed_cost, 0) as before_cost,
        coalesce(after.billed_cost, 0) as after_cost,
        coalesce(before.uncosted_lines, 0) as without_cost_before,
        coalesce(after.uncosted_lines, 0) as without_cost_after
    from steps.reported_bills as before
    full outer join core.restated_bills as after
        on
            before.bill_kind = after.bill_kind
            and before.provider = after.provider
            and before.platform = after.platform
            and before.account_id = after.account_id
            and before.raw_model = after.raw_model
            and before.charge_category = after.charge_category
            and before.currency = after.currency
)

select
    posting.day,
    left(cast(changes.adjusted_day as varchar), 7) as month,
    changes.adjusted_day,
    changes.bill_kind,
    changes.provider,
    changes.platform,
    changes.account_id,
    changes.raw_model,
    changes.charge_category,
    changes.currency,
    changes.cause,
    cast(changes.before_cost as decimal(38, 12)) as before_cost,
    cast(changes.after_cost as decimal(38, 12)) as after_cost,
    cast(changes.after_cost - changes.before_cost as decimal(38, 12)) as amount_cost,
    changes.without_cost_before,
    changes.without_cost_after,
    posting.posting_no,
    posting.posted_on
from changes
cross join steps.posting as posting
where
    changes.after_cost <> changes.before_cost
    or changes.without_cost_after <> changes.without_cost_before
order by
    posting.day,
    posting.posting_no,
    changes.adjusted_day,
    changes.bill_kind,
    changes.provider,
    changes.platform,
    changes.account_id,
    changes.raw_model,
    changes.charge_category,
    changes.currency
