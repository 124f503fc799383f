-- One row per receiver and allocation rule of a day: its direct cost, or what the rule takes from it and gives to it.
-- grain: day, rule_no, receiver
with booked as (
    select
        0 as rule_no,
        coalesce(receiver, '(unattributed)') as receiver,
        cost_usd as direct_cost_usd,
        0 as given_cost_usd,
        0 as share,
        unpriced_requests
    from steps.claimed_spend
    union all
    select
        rule_no,
        coalesce(receiver, '(unattributed)') as receiver,
        0 as direct_cost_usd,
        cost_usd as given_cost_usd,
        0 as share,
        0 as unpriced_requests
    from steps.claimed_spend
    where rule_no is not null
    union all
    select
        rule_no,
        receiver,
        0 as direct_cost_usd,
        0 as given_cost_usd,
        share,
        0 as unpriced_requests
    from steps.allocated_shares
),

summed as (
    select
        rule_no,
        receiver,
        cast(sum(direct_cost_usd) as decimal(38, 12)) as direct_cost_usd,
        cast(sum(given_cost_usd) as decimal(38, 12)) as given_cost_usd,
        cast(cast(sum(share) as decimal(38, 0)) * 0.000000000001 as decimal(38, 12)) as allocated_cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from booked
    group by rule_no, receiver
)

select
    $day as day,
    s.rule_no,
    u.rule_name,
    u.receivers,
    s.receiver,
    u.pool_kind,
    s.direct_cost_usd,
    s.given_cost_usd,
    s.allocated_cost_usd,
    cast(s.direct_cost_usd - s.given_cost_usd + s.allocated_cost_usd as decimal(38, 12)) as full_cost_usd,
    s.unpriced_requests
from summed as s
inner join core.allocation_rules as u
    on s.rule_no = u.rule_no
order by day, s.rule_no, s.receiver
