-- One row per allocation rule that has something to spread: the day's pool, in trillionths of a dollar
-- grain: rule_no
with parts as (
    select
        rule_no,
        fee_usd as part_usd
    from core.allocation_rules
    where fee_usd is not null
    union all
    select
        rule_no,
        cost_usd as part_usd
    from steps.claimed_spend
    where rule_no is not null
    union all
    select
        rule_no,
        billed_cost_usd as part_usd
    from steps.pool_lines
    union all
    select
        u.rule_no,
        c.unused_cost_usd as part_usd
    from core.allocation_rules as u
    cross join core.commitment_use as c
    where u.pool_kind = 'unused_commitments' and c.day = $day
)

select
    u.rule_no,
    u.method,
    u.metric,
    cast(sum(p.part_usd) * 1000000000000 as hugeint) as pool
from core.allocation_rules as u
inner join parts as p
    on u.rule_no = p.rule_no
group by u.rule_no, u.method, u.metric
