-- One row per day, week or month, dimension and member: tasks by outcome, what a success costs and how sure that is.
-- grain: period, period_from, dimension, member
-- view
--
-- The success rate's 95 % interval is Wilson's over the judged tasks: (s + z2/2 -+ z sqrt(s f / n + z2/4)) / (n + z2),
-- z2 = 3.8416. The cost per success is cost / (n p), so its interval comes of the same two rates.
with periods as (
    select 'day' as period
    union all
    select 'week' as period
    union all
    select 'month' as period
),

dimensions as (
    select 'all' as dimension
    union all
    select 'feature' as dimension
    union all
    select 'workflow' as dimension
    union all
    select 'task_type' as dimension
    union all
    select 'model' as dimension
    union all
    select 'prompt_version' as dimension
    union all
    select 'customer_id' as dimension
),

-- What the days counted of their own tasks; a task that went on is taken out of its first day, and put in whole.
days as (
    select
        day,
        dimension,
        member,
        outcome,
        tasks,
        requests,
        cost_usd,
        unpriced_requests,
        other_cost_tasks,
        human_cost_usd,
        tool_cost_usd
    from marts.tasks_by_dimension
    union all
    select
        c.started_on as day,
        d.dimension,
        case d.dimension
            when 'all' then '(all)'
            when 'feature' then c.feature
            when 'workflow' then c.workflow
            when 'task_type' then c.task_type
            when 'model' then c.model
            when 'prompt_version' then concat(c.prompt_name, ' ', c.prompt_version)
            else c.customer_id
        end as member,
        c.outcome,
        c.tasks,
        c.tasks * c.requests as requests,
        c.tasks * c.cost_usd as cost_usd,
        c.tasks * c.unpriced_requests as unpriced_requests,
        case when c.human_cost_usd is not null or c.tool_cost_usd is not null then c.tasks else 0 end
            as other_cost_tasks,
        c.tasks * c.human_cost_usd as human_cost_usd,
        c.tasks * c.tool_cost_usd as tool_cost_usd
    from marts.carried_tasks as c
    cross join dimensions as d
),

counted as (
    select
        p.period,
        cast(case p.period
            when 'day' then d.day
            when 'week' then date_trunc('week', d.day)
            else date_trunc('month', d.day)
        end as date) as period_from,
        d.dimension,
        d.member,
        cast(sum(d.tasks) as bigint) as tasks,
        cast(coalesce(sum(d.tasks) filter (where d.outcome = 'success'), 0) as bigint) as succeeded,
        cast(coalesce(sum(d.tasks) filter (where d.outcome = 'failure'), 0) as bigint) as failed,
        cast(coalesce(sum(d.tasks) filter (where d.outcome = 'unknown'), 0) as bigint) as unknown,
        cast(sum(d.requests) as bigint) as requests,
        sum(d.cost_usd) as cost_usd,
        cast(sum(d.unpriced_requests) as bigint) as unpriced_requests,
        cast(sum(d.other_cost_tasks) as bigint) as other_cost_tasks,
        sum(d.human_cost_usd) as human_cost_usd,
        sum(d.tool_cost_usd) as tool_cost_usd,
        coalesce(sum(d.cost_usd) filter (where d.outcome = 'success'), 0) as cost_of_succeeded_usd,
        coalesce(sum(d.cost_usd) filter (where d.outcome = 'failure'), 0) as cost_of_failed_usd,
        coalesce(sum(d.cost_usd) filter (where d.outcome = 'unknown'), 0) as cost_of_unknown_usd
    from days as d
    cross join periods as p
    group by
        p.period,
        cast(case p.period
            when 'day' then d.day
            when 'week' then date_trunc('week', d.day)
            else date_trunc('month', d.day)
        end as date),
        d.dimension,
        d.member
    having sum(d.requests) > 0
),

doubted as (
    select
        *,
        succeeded + failed as judged,
        -- Where no request has a price there is no unit cost: not one of 0.
        case when cost_usd > 0 or unpriced_requests = 0 then cost_usd end as priced_usd,
        cast(1.96 * cast(sqrt(
            coalesce(decimal_division(succeeded * failed, nullif(succeeded + failed, 0), 6), 0) + 0.9604
        ) as decimal(18, 9)) as decimal(24, 9)) as margin
    from counted
),

rated as (
    select
        *,
        cast(decimal_division(
            cast(greatest(succeeded + 1.9208 - margin, 0) as decimal(24, 9)), cast(judged + 3.8416 as decimal(22, 4)), 9
        ) as decimal(18, 9)) as low_rate,
        cast(decimal_division(
            cast(succeeded + 1.9208 + margin as decimal(24, 9)), cast(judged + 3.8416 as decimal(22, 4)), 9
        ) as decimal(18, 9)) as high_rate
    from doubted
)

select
    period,
    period_from,
    dimension,
    member,
    tasks,
    succeeded,
    failed,
    unknown,
    cast(decimal_division(100 * unknown, nullif(tasks, 0), 6) as decimal(18, 6)) as unknown_pct,
    cast(decimal_division(100 * succeeded, nullif(judged, 0), 6) as decimal(18, 6)) as success_rate_pct,
    case when judged > 0 then cast(100 * low_rate as decimal(18, 6)) end as success_rate_low_pct,
    case when judged > 0 then cast(100 * high_rate as decimal(18, 6)) end as success_rate_high_pct,
    requests,
    cost_usd,
    unpriced_requests,
    cost_of_succeeded_usd,
    cost_of_failed_usd,
    cost_of_unknown_usd,
    cast(decimal_division(
        cast(100 * cost_of_failed_usd as decimal(30, 12)), nullif(cost_usd, 0), 6
    ) as decimal(18, 6)) as failed_cost_pct,
    decimal_division(priced_usd, nullif(tasks, 0), 12) as cost_per_task_usd,
    decimal_division(priced_usd, nullif(succeeded, 0), 12) as cost_per_successful_task_usd,
    case
        when succeeded > 0 then cast(decimal_division(
            cast(priced_usd as decimal(28, 12)), cast(judged * high_rate as decimal(24, 9)), 12
        ) as decimal(38, 12))
    end as cost_per_successful_task_low_usd,
    case
        when succeeded > 0 then cast(decimal_division(
            cast(priced_usd as decimal(28, 12)), cast(judged * low_rate as decimal(24, 9)), 12
        ) as decimal(38, 12))
    end as cost_per_successful_task_high_usd,
    decimal_division(priced_usd, nullif(succeeded + unknown, 0), 12) as if_unknown_succeeded_usd,
    other_cost_tasks,
    human_cost_usd,
    tool_cost_usd,
    case
        when other_cost_tasks > 0
            then decimal_division(
                priced_usd + coalesce(human_cost_usd, 0) + coalesce(tool_cost_usd, 0), nullif(succeeded, 0), 12
            )
    end as full_cost_per_successful_task_usd
from rated
order by period, period_from, dimension, member
