-- One row per feature: what a day costs now, at twice and at ten times the use, as its own days tell.
-- grain: feature
-- view
--
-- Elasticity is the slope of ln(cost) over ln(requests) of the days, least squares: 1 is a straight line, below
-- it more use makes a request cheaper. Under ten days, or without days that differ, nothing is claimed.
with days as (
    select
        feature,
        requests,
        cost_usd,
        unpriced_requests,
        case when requests > 0 and cost_usd > 0 then ln(requests) end as ln_requests,
        case when requests > 0 and cost_usd > 0 then ln(cost_usd) end as ln_cost,
        case
            when prompt_tokens > 0
                then cast(decimal_division(100 * cache_read_tokens, prompt_tokens, 6) as decimal(18, 6))
        end as cache_read_pct
    from marts.cost_per_feature
),

fitted as (
    select
        feature,
        count(*) as days_seen,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        case
            when count(ln_requests) >= 10 and min(ln_requests) < max(ln_requests)
                then cast(regr_slope(ln_cost, ln_requests) as decimal(18, 6))
        end as cost_elasticity,
        case
            when count(ln_requests) >= 10 and min(ln_requests) < max(ln_requests)
                then cast(coalesce(regr_r2(ln_cost, ln_requests), 1) as decimal(18, 6))
        end as fit_r2,
        case
            when count(cache_read_pct) >= 10 and min(ln_requests) < max(ln_requests)
                then cast(regr_slope(cache_read_pct, ln_requests) * ln(2) as decimal(18, 6))
        end as cache_points_per_doubling
    from days
    group by feature
),

daily as (
    select
        *,
        cast(decimal_division(cost_usd, days_seen, 12) as decimal(38, 12)) as cost_per_day_usd,
        case
            when cost_elasticity between -3 and 3 then cast(power(2, cost_elasticity) as decimal(18, 6))
        end as at_double,
        case
            when cost_elasticity between -3 and 3 then cast(power(10, cost_elasticity) as decimal(18, 6))
        end as at_ten
    from fitted
)

select
    feature,
    days_seen,
    requests,
    cost_usd,
    unpriced_requests,
    cost_elasticity,
    fit_r2,
    cache_points_per_doubling,
    cost_per_day_usd,
    cast(round(cast(cost_per_day_usd as decimal(20, 12)) * at_double, 12) as decimal(38, 12))
        as cost_per_day_at_2x_usd,
    cast(round(cast(cost_per_day_usd as decimal(20, 12)) * at_ten, 12) as decimal(38, 12))
        as cost_per_day_at_10x_usd
from daily
order by feature
