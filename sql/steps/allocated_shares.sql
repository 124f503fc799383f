-- One row per allocation rule and receiver of a day: its share of the pool, in trillionths of a dollar
-- grain: rule_no, receiver
--
-- Rounded down, then one each to the largest remainders, so that the shares are the pool. A pool below zero (a credit)
-- is spread the same way.
-- What goes by a metric goes by the requests that no rule takes.
with measured as (
    select
        receiver,
        sum(requests) as requests,
        sum(calls) as calls,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(cost_usd) as cost_usd
    from steps.claimed_spend
    where receiver is not null and rule_no is null
    group by receiver
),

candidates as (
    select
        p.rule_no,
        p.method,
        p.metric,
        p.pool,
        coalesce(t.receiver, m.receiver) as receiver,
        t.place,
        t.share_trillionths,
        t.up_to_usd,
        m.requests,
        m.calls,
        m.prompt_tokens,
        m.completion_tokens,
        m.cost_usd
    from steps.allocation_pools as p
    left join core.allocation_targets as t
        on p.rule_no = t.rule_no
    left join measured as m
        on t.receiver is null or t.receiver = m.receiver
),

weighed as (
    select
        rule_no,
        receiver,
        pool,
        abs(pool) as size,
        cast(coalesce(case
            when method = 'even' then 1
            when method = 'fixed' then share_trillionths
            when metric = 'requests' then requests
            when metric = 'calls' then calls
            when metric = 'prompt_tokens' then prompt_tokens
            when metric = 'completion_tokens' then completion_tokens
            when metric = 'cost_usd' then cast(cost_usd * 1000000000000 as hugeint)
        end, 0) as hugeint) as weight
    from candidates
    where method <> 'waterfall' and receiver is not null
),

totalled as (
    select
        *,
        cast(sum(weight) over (partition by rule_no) as hugeint) as all_weights
    from weighed
),

floors as (
    select
        rule_no,
        receiver,
        pool,
        size,
        size * weight // all_weights as share,
        size * weight % all_weights as remainder
    from totalled
    where all_weights > 0
),

shared as (
    select
        rule_no,
        receiver,
        sign(pool) * (
            share
            + case
                when
                    row_number() over (partition by rule_no order by remainder desc, receiver asc)
                    <= size - sum(share) over (partition by rule_no)
                    then 1
                else 0
            end
        ) as share
    from floors
),

reached as (
    select
        rule_no,
        receiver,
        pool,
        cast(up_to_usd * 1000000000000 as hugeint) as most,
        coalesce(cast(sum(cast(up_to_usd * 1000000000000 as hugeint)) over (
            partition by rule_no
            order by place
            rows between unbounded preceding and 1 preceding
        ) as hugeint), 0) as before
    from candidates
    where method = 'waterfall'
),

received as (
    select
        rule_no,
        receiver,
        cast(share as hugeint) as share
    from shared
    union all
    select
        rule_no,
        receiver,
        sign(pool) * least(greatest(abs(pool) - before, 0), coalesce(most, abs(pool))) as share
    from reached
),

-- What is left where nobody can receive, or a waterfall's last has its fill.
left_over as (
    select
        p.rule_no,
        p.pool - coalesce(sum(r.share), 0) as share
    from steps.allocation_pools as p
    left join received as r
        on p.rule_no = r.rule_no
    group by p.rule_no, p.pool
),

united as (
    select
        rule_no,
        receiver,
        share
    from received
    union all
    select
        rule_no,
        '(unallocated)' as receiver,
        share
    from left_over
    where share <> 0
)

select
    rule_no,
    receiver,
    share
from united
