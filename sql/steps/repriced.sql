-- One row per provider and model of the day: what its requests are reported to cost, and what they are known to.
-- grain: day, provider, model

with sides as (
    select
        day,
        provider,
        model,
        cost_usd as before_usd,
        0 as after_usd,
        case when cost_usd is null then 1 else 0 end as unpriced_before,
        0 as unpriced_after
    from steps.reported_requests
    union all
    select
        day,
        provider,
        model,
        0 as before_usd,
        cost_usd as after_usd,
        0 as unpriced_before,
        case when cost_usd is null then 1 else 0 end as unpriced_after
    from core.restated_requests
),

summed as (
    select
        day,
        provider,
        coalesce(model, '(unattributed)') as model,
        cast(sum(unpriced_before) as bigint) as unpriced_before,
        cast(sum(unpriced_after) as bigint) as unpriced_after,
        cast(coalesce(sum(before_usd), 0) as decimal(38, 12)) as before_usd,
        cast(coalesce(sum(after_usd), 0) as decimal(38, 12)) as after_usd
    from sides
    group by day, provider, coalesce(model, '(unattributed)')
),

changed as (
    select
        provider,
        coalesce(model, '(unattributed)') as model,
        count(distinct request_id) as requests
    from steps.request_changes
    group by provider, coalesce(model, '(unattributed)')
)

select
    summed.day,
    summed.provider,
    summed.model,
    changed.requests as requests_changed,
    summed.unpriced_before,
    summed.unpriced_after,
    summed.before_usd,
    summed.after_usd,
    cast(summed.after_usd - summed.before_usd as decimal(38, 12)) as difference_usd
from summed
inner join changed
    on summed.provider = changed.provider and summed.model = changed.model
order by summed.day, summed.provider, summed.model
