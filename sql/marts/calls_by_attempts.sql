-- One row per UTC day, feature, model and number of attempts that a call took: sums of calls, which add up over days.
-- grain: day, feature, provider, model, attempts
--
-- Nearly all calls take one attempt: they are known by having no other, and only the rest is put together by call.
with retried as (
    select distinct call_id
    from marts.cost_per_request
    where day = $day and not is_final_attempt
),

calls as (
    select
        requests.day,
        coalesce(min(requests.feature), '(unattributed)') as feature,
        min(requests.provider) as provider,
        coalesce(min(requests.model), '(unattributed)') as model,
        case when retried.call_id is null then 1 else count(*) end as attempts,
        case when retried.call_id is null then count(*) else 1 end as calls,
        count(*) filter (where not requests.is_final_attempt) as retried_requests,
        count(*) filter (where not requests.attempt_count_known) as unknown_attempt_requests,
        sum(requests.cost_usd) as cost_usd,
        count(*) - count(requests.cost_usd) as unpriced_requests,
        sum(requests.cost_lower_bound_usd) filter (where not requests.is_final_attempt) as waste_lower_bound_usd,
        sum(requests.cost_upper_bound_usd) filter (where not requests.is_final_attempt) as waste_upper_bound_usd
    from marts.cost_per_request as requests
    left join retried on requests.call_id = retried.call_id
    where requests.day = $day
    group by
        requests.day,
        retried.call_id,
        case when retried.call_id is null then requests.feature end,
        case when retried.call_id is null then requests.provider end,
        case when retried.call_id is null then requests.model end
)

select
    day,
    feature,
    provider,
    model,
    attempts,
    cast(sum(calls) as bigint) as calls,
    cast(sum(attempts * calls) as bigint) as requests,
    cast(sum(retried_requests) as bigint) as retried_requests,
    cast(sum(unknown_attempt_requests) as bigint) as unknown_attempt_requests,
    coalesce(sum(cost_usd), 0) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests,
    coalesce(sum(waste_lower_bound_usd), 0) as waste_lower_bound_usd,
    case when sum(retried_requests) = 0 then 0 else sum(waste_upper_bound_usd) end as waste_upper_bound_usd
from calls
group by day, feature, provider, model, attempts
order by day, feature, provider, model, attempts
