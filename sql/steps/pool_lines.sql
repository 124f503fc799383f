-- One row per rule of allocation and line of the day's primary bills that it takes into its pool
-- grain: rule_no, record_id
select
    f.rule_no,
    c.record_id,
    c.billed_cost_usd
from core.provider_costs as c
inner join core.allocation_filters as f
    on
        case f.filtered_column
            when 'provider' then c.provider
            when 'line_item' then c.line_item
            when 'cost_type' then c.cost_type
            when 'charge_category' then c.charge_category
        end = f.wanted_text
inner join core.allocation_rules as u
    on f.rule_no = u.rule_no
where u.pool_kind = 'bill' and c.is_primary and c.day = $day
group by f.rule_no, c.record_id, c.billed_cost_usd, u.filter_count
having count(*) = u.filter_count
