-- One row per commitment whose used and unused cost do not add up to what it cost, or are negative.
-- grain: day, subject
-- severity: error

select
    day,
    commitment_id as subject,
    concat('costs ', cost_usd, ' USD, of which used ', used_cost_usd, ', unused ', unused_cost_usd) as detail
from core.commitment_use
where
    day = $day
    and (used_cost_usd + unused_cost_usd <> cost_usd or used_cost_usd < 0 or unused_cost_usd < 0)
order by subject
