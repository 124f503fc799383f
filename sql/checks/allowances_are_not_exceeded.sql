-- One row per allowance that freed more than was used, or than earlier days of the period had left.
-- grain: day, subject
-- severity: error

select
    u.day,
    concat(u.account_id, ', ', u.allowance_id) as subject,
    concat(
        'freed ', u.free_quantity, ' of ', u.quantity, ' used; ', u.allowed_quantity, ' are allowed from ',
        u.period_start, ' and ', coalesce(b.quantity, 0), ' were used before'
    ) as detail
from core.allowance_use as u
left join steps.allowance_before as b
    on
        u.account_id = b.account_id
        and u.allowance_id = b.allowance_id
        and u.period_start = b.period_start
where
    u.day = $day
    and (
        u.free_quantity < 0
        or u.free_quantity > u.quantity
        or u.free_quantity > greatest(u.allowed_quantity - coalesce(b.quantity, 0), 0)
    )
order by subject
