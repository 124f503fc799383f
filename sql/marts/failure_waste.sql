-- One row per UTC day, kind of waste and where it arose: requests that bought nothing, and their cost.
-- grain: day, waste_class, billed_state, provider, model, feature, workflow, customer_id

select
    day,
    waste_class,
    billed_state,
    provider,
    model,
    feature,
    workflow,
    customer_id,
    cast(sum(requests) as bigint) as requests,
    cast(sum(wasted_prompt_tokens) as bigint) as wasted_prompt_tokens,
    cast(sum(wasted_completion_tokens) as bigint) as wasted_completion_tokens,
    cast(sum(unknown_usage_requests) as bigint) as unknown_usage_requests,
    sum(waste_usd) as waste_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests,
    sum(waste_lower_bound_usd) as waste_lower_bound_usd,
    sum(waste_upper_bound_usd) as waste_upper_bound_usd,
    cast(sum(unbounded_requests) as bigint) as unbounded_requests
from marts.waste_by_prompt
where day = $day
group by day, waste_class, billed_state, provider, model, feature, workflow, customer_id
order by day, waste_class, billed_state, provider, model, feature, workflow, customer_id
