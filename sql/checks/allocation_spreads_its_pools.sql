-- One row for a rule that gives out more or less than it took, or direct cost that is not the requests'.
-- grain: day, subject
-- severity: error

with rules as (
    select
        rule_name as subject,
        pool_kind,
        sum(direct_cost_usd) as direct_cost_usd,
        sum(given_cost_usd) as given_cost_usd,
        sum(allocated_cost_usd) as allocated_cost_usd
    from marts.allocated_cost
    where day = $day
    group by rule_name, pool_kind
),

requests as (
    select coalesce(sum(cost_usd), 0) as cost_usd
    from marts.cost_per_request
    where day = $day
)

select
    $day as day,
    rules.subject,
    concat(
        'direct ', rules.direct_cost_usd, ', taken ', rules.given_cost_usd, ', given ', rules.allocated_cost_usd,
        '; the requests cost ', requests.cost_usd, ' USD'
    ) as detail
from rules
cross join requests
where
    (rules.pool_kind = 'direct' and rules.direct_cost_usd <> requests.cost_usd)
    or (rules.pool_kind = 'requests' and rules.given_cost_usd <> rules.allocated_cost_usd)
order by rules.subject
