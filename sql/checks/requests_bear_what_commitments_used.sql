-- One row for a day whose requests bear more or less than what was used of its commitments.
-- grain: day, subject
-- severity: error

with borne as (
    select coalesce(sum(commitment_cost_usd), 0) as cost_usd
    from core.request_costs
    where day = $day
),

used as (
    select coalesce(sum(used_cost_usd), 0) as cost_usd
    from core.commitment_use
    where day = $day
)

select
    $day as day,
    'all commitments' as subject,
    concat('requests bear ', borne.cost_usd, ' USD; used were ', used.cost_usd) as detail
from borne
cross join used
where borne.cost_usd <> used.cost_usd
order by subject
