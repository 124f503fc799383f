-- One row for a rule of allocation of whose bill a line has no US dollars, so that it is in no pool.
-- grain: day, subject
-- severity: warn

select
    $day as day,
    u.rule_name as subject,
    concat(
        count(*), ' lines have no US dollars and are not spread: ', sum(c.billed_cost), ' ',
        upper(coalesce(max(c.currency), '(no currency)'))
    ) as detail
from steps.pool_lines as p
inner join core.provider_costs as c
    on p.record_id = c.record_id
inner join core.allocation_rules as u
    on p.rule_no = u.rule_no
where c.day = $day and p.billed_cost_usd is null
group by u.rule_name
order by subject
