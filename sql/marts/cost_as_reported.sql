-- One row per month, provider, model, feature, workflow and customer: cost as the books say
-- grain: month, provider, model, feature, workflow, customer_id
-- view
with amounts as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        coalesce(customer_id, '(unattributed)') as customer_id,
        coalesce(cost_usd, 0) as booked_cost_usd,
        0 as adjustment_usd
    from marts.cost_per_request
    union all
    select
        substr(cast(day as varchar), 1, 7) as month,
        provider,
        model,
        feature,
        workflow,
        customer_id,
        0 as booked_cost_usd,
        amount_usd as adjustment_usd
    from core.adjustments
)

select
    month,
    provider,
    model,
    feature,
    workflow,
    customer_id,
    cast(sum(booked_cost_usd) as decimal(38, 12)) as booked_cost_usd,
    cast(sum(adjustment_usd) as decimal(38, 12)) as adjustment_usd,
    cast(sum(booked_cost_usd) + sum(adjustment_usd) as decimal(38, 12)) as cost_usd
from amounts
group by month, provider, model, feature, workflow, customer_id
order by month, provider, model, feature, workflow, customer_id
