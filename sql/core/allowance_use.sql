-- One row per UTC day, account, allowance and period: what was used and what of it was free.
-- grain: day, account_id, allowance_id, period_start
select
    $day as day,
    account_id,
    allowance_id,
    period_start,
    cast(max(allowed_quantity) as decimal(18, 6)) as allowed_quantity,
    cast(sum(quantity) as decimal(18, 6)) as quantity,
    cast(sum(free_quantity) as decimal(18, 6)) as free_quantity
from steps.allowance_draws
group by account_id, allowance_id, period_start
order by day, account_id, allowance_id, period_start
