-- One row per cause and group of requests of a closed day whose cost is not as reported: the difference.
-- grain: day, posting_no, adjusted_day, cause, provider, model, feature, workflow, customer_id

with summed as (
    select
        day,
        cause,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        coalesce(customer_id, '(unattributed)') as customer_id,
        count(distinct request_id) as requests,
        cast(sum(requests_before) as bigint) as requests_before,
        cast(sum(requests_after) as bigint) as requests_after,
        cast(sum(unpriced_before) as bigint) as unpriced_before,
        cast(sum(unpriced_after) as bigint) as unpriced_after,
        cast(sum(before_usd) as decimal(38, 12)) as before_usd,
        cast(sum(after_usd) as decimal(38, 12)) as after_usd
    from steps.request_changes
    group by
        day,
        cause,
        provider,
        coalesce(model, '(unattributed)'),
        coalesce(feature, '(unattributed)'),
        coalesce(workflow, '(unattributed)'),
        coalesce(customer_id, '(unattributed)')
)

select
    posting.day,
    left(cast(summed.day as varchar), 7) as month,
    summed.day as adjusted_day,
    summed.cause,
    summed.provider,
    summed.model,
    summed.feature,
    summed.workflow,
    summed.customer_id,
    summed.requests,
    summed.requests_before,
    summed.requests_after,
    summed.unpriced_before,
    summed.unpriced_after,
    summed.before_usd,
    summed.after_usd,
    cast(summed.after_usd - summed.before_usd as decimal(38, 12)) as amount_usd,
    revision.price_revision,
    posting.posting_no,
    posting.posted_on
from summed
cross join steps.posting as posting
cross join core.price_revision as revision
where
    summed.after_usd <> summed.before_usd
    or summed.requests_after <> summed.requests_before
    or summed.unpriced_after <> summed.unpriced_before
order by
    posting.day,
    posting.posting_no,
    adjusted_day,
    summed.cause,
    summed.provider,
    summed.model,
    summed.feature,
    summed.workflow,
    summed.customer_id
