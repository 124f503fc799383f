-- One row per kind of request of a day, as receivers and rules tell them apart: what it cost and which rule takes that
-- grain: spend_no
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
)

select
    s.spend_no,
    s.receiver,
    c.rule_no,
    s.requests,
    s.calls,
    s.prompt_tokens,
    s.completion_tokens,
    s.cost_usd,
    s.unpriced_requests
from numbered as s
left join claimed as c
    on s.spend_no = c.spend_no
