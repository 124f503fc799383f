-- One row per request with a negative cost or part of it.
-- grain: day, subject
-- severity: error

select
    day,
    request_id as subject,
    concat('costs ', cost_usd, ' USD, at list price ', list_cost_usd) as detail
from core.request_costs
where
    day = $day
    and least(
        coalesce(input_cost_usd, 0),
        coalesce(cache_read_cost_usd, 0),
        coalesce(cache_write_cost_usd, 0),
        coalesce(output_cost_usd, 0),
        coalesce(reasoning_cost_usd, 0),
        coalesce(tool_cost_usd, 0),
        coalesce(commitment_cost_usd, 0),
        coalesce(cost_usd, 0),
        coalesce(list_cost_usd, 0),
        coalesce(contracted_cost_usd, 0)
    ) < 0
order by subject
