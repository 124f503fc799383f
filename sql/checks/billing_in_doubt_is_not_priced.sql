-- One row per request whose cost contradicts its billed state: unbilled and not 0, or in doubt and priced.
-- grain: day, subject
-- severity: error

select
    day,
    request_id as subject,
    concat('billed_state ', billed_state, ', status ', status, ', costs ', cost_usd) as detail
from marts.cost_per_request
where
    day = $day
    and (
        (billed_state = 'not_billed' and cost_usd is distinct from 0)
        or (
            billed_state = 'unknown'
            and status <> 'cache_hit'
            and service_tier <> 'free'
            and cost_usd is not null
        )
    )
order by subject
