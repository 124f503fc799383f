-- One row per month, feature, model and number of attempts that a call took: calls, and what the others cost.
-- grain: month, feature, provider, model, attempts
-- view
with calls as (
    select
        day,
        call_id,
        coalesce(min(feature), '(unattributed)') as feature,
        min(provider) as provider,
        coalesce(min(model), '(unattributed)') as model,
        count(*) as attempts,
        count(*) filter (where not is_final_attempt) as retried_requests,
        count(*) filter (where not attempt_count_known) as unknown_attempt_requests,
        sum(cost_usd) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        sum(cost_lower_bound_usd) filter (where not is_final_attempt) as waste_lower_bound_usd,
        sum(cost_upper_bound_usd) filter (where not is_final_attempt) as waste_upper_bound_usd
    from marts.cost_per_request
    group by day, call_id
)

select
    substr(cast(day as varchar), 1, 7) as month,
    feature,
    provider,
    model,
    attempts,
    count(*) as calls,
    cast(sum(attempts) as bigint) as requests,
    cast(sum(retried_requests) as bigint) as retried_requests,
    cast(sum(unknown_attempt_requests) as bigint) as unknown_attempt_requests,
    coalesce(sum(cost_usd), 0) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests,
    coalesce(sum(waste_lower_bound_usd), 0) as waste_lower_bound_usd,
    case when sum(retried_requests) = 0 then 0 else sum(waste_upper_bound_usd) end as waste_upper_bound_usd
from calls
group by substr(cast(day as varchar), 1, 7), feature, provider, model, attempts
order by month, feature, provider, model, attempts
