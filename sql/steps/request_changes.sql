-- One row per side of a request whose cost or attribution is not as reported: where it was, where it belongs.
-- grain: request_id, requests_before

with paired as (
    select
        before.provider as provider_before,
        after.provider as provider_after,
        before.model as model_before,
        after.model as model_after,
        before.feature as feature_before,
        after.feature as feature_after,
        before.workflow as workflow_before,
        after.workflow as workflow_after,
        before.customer_id as customer_id_before,
        after.customer_id as customer_id_after,
        coalesce(after.request_id, before.request_id) as request_id,
        coalesce(after.day, before.day) as day,
        before.request_id is not null as was_reported,
        after.request_id is not null as is_known,
        before.cost_usd as cost_before,
        after.cost_usd as cost_after,
        before.usage_digest as usage_before,
        after.usage_digest as usage_after,
        before.price_revision <> after.price_revision as is_repriced
    from steps.reported_requests as before
    full outer join core.restated_requests as after
        on before.request_id = after.request_id
),

changed as (
    select
        paired.*,
        case
            when not was_reported then 'late_records'
            when
                is_repriced
                and usage_before = usage_after
                and coalesce(feature_before, '') = coalesce(feature_after, '')
                and coalesce(workflow_before, '') = coalesce(workflow_after, '')
                and coalesce(customer_id_before, '') = coalesce(customer_id_after, '')
                then 'price'
            else 'recounted'
        end as cause
    from paired
    where
        was_reported <> is_known
        or cost_before is distinct from cost_after
        or provider_before is distinct from provider_after
        or model_before is distinct from model_after
        or feature_before is distinct from feature_after
        or workflow_before is distinct from workflow_after
        or customer_id_before is distinct from customer_id_after
)

select
    request_id,
    day,
    cause,
    provider_before as provider,
    model_before as model,
    feature_before as feature,
    workflow_before as workflow,
    customer_id_before as customer_id,
    1 as requests_before,
    0 as requests_after,
    case when cost_before is null then 1 else 0 end as unpriced_before,
    0 as unpriced_after,
    coalesce(cost_before, 0) as before_usd,
    0 as after_usd
from changed
where was_reported
union all
select
    request_id,
    day,
    cause,
    provider_after as provider,
    model_after as model,
    feature_after as feature,
    workflow_after as workflow,
    customer_id_after as customer_id,
    0 as requests_before,
    1 as requests_after,
    0 as unpriced_before,
    case when cost_after is null then 1 else 0 end as unpriced_after,
    0 as before_usd,
    coalesce(cost_after, 0) as after_usd
from changed
where is_known
