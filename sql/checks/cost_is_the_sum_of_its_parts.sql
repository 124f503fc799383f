-- One row per priced request whose parts do not add up to its cost.
-- grain: day, subject
-- severity: error

select
    day,
    request_id as subject,
    concat(
        'costs ', cost_usd, ' USD; its parts are ', input_cost_usd, ' + ', cache_read_cost_usd, ' + ',
        cache_write_cost_usd, ' + ', output_cost_usd, ' + ', tool_cost_usd, ' + ', commitment_cost_usd
    ) as detail
from core.request_costs
where
    day = $day
    and cost_usd <> coalesce(input_cost_usd, 0)
    + coalesce(cache_read_cost_usd, 0)
    + coalesce(cache_write_cost_usd, 0)
    + coalesce(output_cost_usd, 0)
    + coalesce(tool_cost_usd, 0)
    + coalesce(commitment_cost_usd, 0)
order by subject
