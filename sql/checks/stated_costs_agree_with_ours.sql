-- One row per provider and model whose costs as stated by the source are more than 2 % from ours.
-- grain: day, subject
-- severity: warn

with compared as (
    select
        provider,
        coalesce(model, response_model, request_model, 'no model named') as model,
        count(*) as requests,
        sum(cost_usd) as cost_usd,
        sum(reported_cost_usd) as reported_cost_usd
    from marts.cost_per_request
    where day = $day and cost_usd is not null and reported_cost_usd is not null
    group by provider, coalesce(model, response_model, request_model, 'no model named')
)

select
    $day as day,
    concat(provider, ', ', model) as subject,
    concat(cost_usd, ' USD by our prices, ', reported_cost_usd, ' stated, for ', requests, ' requests') as detail
from compared
where 50 * abs(cost_usd - reported_cost_usd) > cost_usd
order by subject
