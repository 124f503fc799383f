-- One row per request whose cost, reason for none and cost basis contradict each other.
-- grain: day, subject
-- severity: error

select
    day,
    request_id as subject,
    concat(
        'costs ', coalesce(cast(cost_usd as varchar), 'NULL'), ', reason ', coalesce(unpriced_reason, 'NULL'),
        ', basis ', cost_basis
    ) as detail
from core.request_costs
where
    day = $day
    and (
        (cost_usd is null) <> (unpriced_reason is not null)
        or (cost_usd is null) <> (cost_basis = 'unpriced')
    )
order by subject
