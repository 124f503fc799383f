-- One row per group of a closed day whose published cost and adjustments do not add up to what is known of it.
-- grain: day, subject
-- severity: error

with parts as (
    select
        provider,
        model,
        feature,
        workflow,
        customer_id,
        1 as requests,
        case when cost_usd is null then 1 else 0 end as unpriced,
        coalesce(cost_usd, 0) as cost
    from steps.published_requests
    union all
    select
        provider,
        model,
        feature,
        workflow,
        customer_id,
        requests_after - requests_before as requests,
        unpriced_after - unpriced_before as unpriced,
        amount_usd as cost
    from core.adjustments
    where adjusted_day = $day
    union all
    select
        provider,
        model,
        feature,
        workflow,
        customer_id,
        -1 as requests,
        case when cost_usd is null then -1 else 0 end as unpriced,
        -coalesce(cost_usd, 0) as cost
    from core.restated_requests
),

named as (
    select
        provider,
        requests,
        unpriced,
        cost,
        coalesce(model, '(unattributed)') as model,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        coalesce(customer_id, '(unattributed)') as customer_id
    from parts
)

select
    $day as day,
    concat_ws(' / ', provider, model, feature, workflow, customer_id) as subject,
    concat(
        'published and adjusted less known: ',
        sum(requests), ' requests, ', sum(cost), ' USD, ', sum(unpriced), ' unpriced'
    ) as detail
from named
group by provider, model, feature, workflow, customer_id
having sum(requests) <> 0 or sum(unpriced) <> 0 or sum(cost) <> 0
order by subject
