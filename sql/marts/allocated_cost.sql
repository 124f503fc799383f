-- One row per receiver and allocation rule of a day: its direct cost, or what the rule takes from it and gives to it.
-- grain: day, rule_no, receiver
--
-- Money is spread in trillionths of a dollar: rounded down, then one each to the largest remainders, so that the
-- receivers' parts are the pool. A pool below zero (a credit) is spread the same way.
with basis as (
    select receivers
    from core.allocation_rules
    where rule_no = 0
),

spend as (
    select
        case b.receivers
            when 'customer_id' then r.customer_id
            when 'feature' then r.feature
            when 'team' then r.team
            when 'workflow' then r.workflow
            when 'environment' then r.environment
            when 'service_name' then r.service_name
        end as receiver,
        r.provider,
        r.platform,
        r.account_id,
        r.model,
        r.operation,
        r.stage,
        r.workflow,
        r.task_type,
        r.customer_id,
        r.feature,
        r.team,
        r.environment,
        r.service_name,
        count(*) as requests,
        count(*) filter (where r.is_final_attempt) as calls,
        coalesce(sum(r.prompt_tokens), 0) as prompt_tokens,
        coalesce(sum(r.completion_tokens), 0) as completion_tokens,
        cast(coalesce(sum(r.cost_usd), 0) as decimal(38, 12)) as cost_usd,
        count(*) filter (where r.cost_usd is null) as unpriced_requests
    from marts.cost_per_request as r
    cross join basis as b
    where r.day = $day
    group by
        b.receivers, r.provider, r.platform, r.account_id, r.model, r.operation, r.stage, r.workflow, r.task_type,
        r.customer_id, r.feature, r.team, r.environment, r.service_name
),

numbered as (
    select
        row_number() over () as spend_no,
        *
    from spend
),

passed as (
    select
        s.spend_no,
        f.rule_no
    from numbered as s
    inner join core.allocation_filters as f
        on
            coalesce(
                case f.filtered_column
                    when 'provider' then s.provider
                    when 'platform' then s.platform
                    when 'account_id' then s.account_id
                    when 'model' then s.model
                    when 'operation' then s.operation
                    when 'stage' then s.stage
                    when 'workflow' then s.workflow
                    when 'task_type' then s.task_type
                    when 'customer_id' then s.customer_id
                    when 'feature' then s.feature
                    when 'team' then s.team
                    when 'environment' then s.environment
                    when 'service_name' then s.service_name
                end,
                '(unattributed)'
            ) = f.wanted_text
    inner join core.allocation_rules as u
        on f.rule_no = u.rule_no
    where u.pool_kind = 'requests'
    group by s.spend_no, f.rule_no, u.filter_count
    having count(*) = u.filter_count
),

-- The first rule that takes a request's cost spreads it.
claimed as (
    select
        spend_no,
        min(rule_no) as rule_no
    from passed
    group by spend_no
),

taken as (
    select
        s.*,
        c.rule_no
    from numbered as s
    left join claimed as c
        on s.spend_no = c.spend_no
),

given as (
    select
        rule_no,
        coalesce(receiver, '(unattributed)') as receiver,
        sum(cost_usd) as given_cost_usd
    from taken
    where rule_no is not null
    group by rule_no, coalesce(receiver, '(unattributed)')
),

lines as (
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
),

parts as (
    select
        rule_no,
        fee_usd as part_usd
    from core.allocation_rules
    where fee_usd is not null
    union all
    select
        rule_no,
        given_cost_usd as part_usd
    from given
    union all
    select
        rule_no,
        billed_cost_usd as part_usd
    from lines
    union all
    select
        u.rule_no,
        c.unused_cost_usd as part_usd
    from core.allocation_rules as u
    cross join core.commitment_use as c
    where u.pool_kind = 'unused_commitments' and c.day = $day
),

pools as (
    select
        u.rule_no,
        u.method,
        u.metric,
        cast(sum(p.part_usd) * 1000000000000 as hugeint) as pool
    from core.allocation_rules as u
    inner join parts as p
        on u.rule_no = p.rule_no
    group by u.rule_no, u.method, u.metric
),

-- What goes by a metric goes by the requests that no rule takes.
measured as (
    select
        receiver,
        sum(requests) as requests,
        sum(calls) as calls,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(cost_usd) as cost_usd
    from taken
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
    from pools as p
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
    from pools as p
    left join received as r
        on p.rule_no = r.rule_no
    group by p.rule_no, p.pool
),

booked as (
    select
        0 as rule_no,
        coalesce(receiver, '(unattributed)') as receiver,
        cost_usd as direct_cost_usd,
        0 as given_cost_usd,
        0 as share,
        unpriced_requests
    from numbered
    union all
    select
        rule_no,
        receiver,
        0 as direct_cost_usd,
        given_cost_usd,
        0 as share,
        0 as unpriced_requests
    from given
    union all
    select
        rule_no,
        receiver,
        0 as direct_cost_usd,
        0 as given_cost_usd,
        share,
        0 as unpriced_requests
    from received
    union all
    select
        rule_no,
        '(unallocated)' as receiver,
        0 as direct_cost_usd,
        0 as given_cost_usd,
        share,
        0 as unpriced_requests
    from left_over
    where share <> 0
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
