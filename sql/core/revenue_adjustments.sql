-- One row per customer, plan, feature and currency of a closed day whose revenue is not as reported: the difference.
-- grain: day, posting_no, adjusted_day, customer_id, plan, feature, currency

with changes as (
    select
        coalesce(after.day, before.day) as adjusted_day,
        coalesce(after.customer_id, before.customer_id) as customer_id,
        coalesce(after.plan, before.plan) as plan,
        coalesce(after.feature, before.feature) as feature,
        coalesce(after.currency, before.currency) as currency,
        coalesce(before.billed_revenue, 0) as before_revenue,
        coalesce(after.billed_revenue, 0) as after_revenue
    from steps.reported_revenue as before
    full outer join core.restated_revenue as after
        on
            before.customer_id = after.customer_id
            and before.plan = after.plan
            and before.feature = after.feature
            and before.currency = after.currency
)

select
    posting.day,
    left(cast(changes.adjusted_day as varchar), 7) as month,
    changes.adjusted_day,
    changes.customer_id,
    changes.plan,
    changes.feature,
    changes.currency,
    cast(changes.before_revenue as decimal(38, 12)) as before_revenue,
    cast(changes.after_revenue as decimal(38, 12)) as after_revenue,
    cast(changes.after_revenue - changes.before_revenue as decimal(38, 12)) as amount_revenue,
    posting.posting_no,
    posting.posted_on
from changes
cross join steps.posting as posting
where changes.after_revenue <> changes.before_revenue
order by
    posting.day,
    posting.posting_no,
    changes.adjusted_day,
    changes.customer_id,
    changes.plan,
    changes.feature,
    changes.currency
