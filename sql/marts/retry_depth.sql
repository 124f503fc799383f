-- One row per month, feature, model and number of attempts that a call took: calls, and what the others cost.
-- grain: month, feature, provider, model, attempts
-- view
select
    substr(cast(day as varchar), 1, 7) as month,
    feature,
    provider,
    model,
    attempts,
    cast(sum(calls) as bigint) as calls,
    cast(sum(requests) as bigint) as requests,
    cast(sum(retried_requests) as bigint) as retried_requests,
    cast(sum(unknown_attempt_requests) as bigint) as unknown_attempt_requests,
    sum(cost_usd) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests,
    sum(waste_lower_bound_usd) as waste_lower_bound_usd,
    sum(waste_upper_bound_usd) as waste_upper_bound_usd
from marts.calls_by_attempts
group by substr(cast(day as varchar), 1, 7), feature, provider, model, attempts
order by month, feature, provider, model, attempts
