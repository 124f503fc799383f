-- One row per UTC day, kind of waste, where it arose and prompt version: sums of requests that bought nothing.
-- grain: day, waste_class, billed_state, provider, model, feature, workflow, customer_id, prompt_name, prompt_version

with wasted as (
    select
        day,
        waste_class,
        billed_state,
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(feature, '(unattributed)') as feature,
        coalesce(workflow, '(unattributed)') as workflow,
        coalesce(customer_id, '(unattributed)') as customer_id,
        coalesce(prompt_name, '(unattributed)') as prompt_name,
        coalesce(prompt_version, '(unattributed)') as prompt_version,
        usage_basis,
        prompt_tokens,
        completion_tokens,
        cost_usd,
        cost_lower_bound_usd,
        cost_upper_bound_usd
    from marts.cost_per_request
    where day = $day and waste_class is not null
)

select
    day,
    waste_class,
    billed_state,
    provider,
    model,
    feature,
    workflow,
    customer_id,
    prompt_name,
    prompt_version,
    count(*) as requests,
    cast(coalesce(sum(prompt_tokens), 0) as bigint) as wasted_prompt_tokens,
    cast(coalesce(sum(completion_tokens), 0) as bigint) as wasted_completion_tokens,
    count(*) filter (where usage_basis <> 'reported' and billed_state <> 'not_billed') as unknown_usage_requests,
    sum(cost_usd) as waste_usd,
    count(*) filter (where cost_usd is null) as unpriced_requests,
    sum(cost_lower_bound_usd) as waste_lower_bound_usd,
    sum(cost_upper_bound_usd) as waste_upper_bound_usd,
    count(*) filter (where cost_upper_bound_usd is null) as unbounded_requests
from wasted
group by
    day,
    waste_class,
    billed_state,
    provider,
    model,
    feature,
    workflow,
    customer_id,
    prompt_name,
    prompt_version
order by
    day,
    waste_class,
    billed_state,
    provider,
    model,
    feature,
    workflow,
    customer_id,
    prompt_name,
    prompt_version
