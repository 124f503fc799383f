-- One row per hour and feature in which more than 5 % of the requests were retried or throttled.
-- grain: hour_at, feature
-- view
--
-- The low end of the share is Wilson's at 95 %: (s + z2/2 - z sqrt(s(n-s)/n + z2/4)) / (n + z2), z2 = 3.8416,
-- for s of n requests struck. Few requests prove little; where it is above 5 too, chance is no excuse. A span
-- that hides its retries still tells that it was throttled.
with hours as (
    select
        day,
        hour_at,
        feature,
        cast(sum(requests) as bigint) as requests,
        cast(sum(retried_requests) as bigint) as retried_requests,
        cast(sum(throttled_requests) as bigint) as throttled_requests,
        cast(sum(struck_requests) as bigint) as struck_requests,
        sum(retried_lower_bound_usd) as waste_lower_bound_usd,
        sum(retried_upper_bound_usd) as waste_upper_bound_usd,
        cast(sum(unbounded_requests) as bigint) as unbounded_requests
    from marts.requests_by_hour
    group by day, hour_at, feature
),

storms as (
    select
        *,
        cast(struck_requests + 1.9208 as decimal(24, 9))
        - cast(1.96 * cast(sqrt(
            decimal_division(struck_requests * (requests - struck_requests), requests, 6) + 0.9604
        ) as decimal(18, 9)) as decimal(24, 9)) as low_requests
    from hours
    where 20 * struck_requests > requests
)

select
    hour_at,
    feature,
    day,
    requests,
    retried_requests,
    throttled_requests,
    struck_requests,
    cast(decimal_division(100 * struck_requests, requests, 6) as decimal(18, 6)) as struck_pct,
    cast(decimal_division(
        cast(100 * low_requests as decimal(24, 6)), cast(requests + 3.8416 as decimal(22, 4)), 6
    ) as decimal(18, 6)) as struck_low_pct,
    waste_lower_bound_usd,
    waste_upper_bound_usd,
    unbounded_requests
from storms
order by hour_at, feature
