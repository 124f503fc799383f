-- One row per waste class whose requests, cost or unpriced requests differ from marts.cost_per_request.
-- grain: day, subject
-- severity: error

with truth as (
    select
        waste_class,
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as waste_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests
    from marts.cost_per_request
    where day = $day and waste_class is not null
    group by waste_class
),

told as (
    select
        waste_class,
        sum(requests) as requests,
        coalesce(sum(waste_usd), 0) as waste_usd,
        sum(unpriced_requests) as unpriced_requests
    from marts.failure_waste
    where day = $day
    group by waste_class
)

select
    $day as day,
    coalesce(told.waste_class, truth.waste_class) as subject,
    concat(
        'has ', told.requests, ' requests, ', told.waste_usd, ' USD, ', told.unpriced_requests, ' unpriced; ',
        'cost_per_request has ', truth.requests, ', ', truth.waste_usd, ', ', truth.unpriced_requests
    ) as detail
from told
full outer join truth on told.waste_class = truth.waste_class
where
    told.requests is distinct from truth.requests
    or told.waste_usd is distinct from truth.waste_usd
    or told.unpriced_requests is distinct from truth.unpriced_requests
order by subject
