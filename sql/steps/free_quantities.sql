-- One row per request and meter that an allowance frees of a charge, in whole or in part
-- grain: request_id, meter
select
    request_id,
    meter,
    sum(free_quantity) as quantity
from steps.allowance_draws
where free_quantity > 0
group by request_id, meter
