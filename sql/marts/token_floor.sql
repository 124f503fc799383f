-- One row per month, feature and kind of task: what a success costs at best, in the middle, and in truth.
-- grain: month, feature, task_type
-- view
with tasks as (
    select
        substr(cast(started_on as varchar), 1, 7) as month,
        feature,
        task_type,
        outcome,
        cost_usd,
        unpriced_requests,
        row_number() over (
            partition by substr(cast(started_on as varchar), 1, 7), feature, task_type, outcome
            order by cost_usd asc, task_id asc
        ) as place,
        count(*) over (
            partition by substr(cast(started_on as varchar), 1, 7), feature, task_type, outcome
        ) as alike
    from marts.task_costs
    where is_task
),

summed as (
    select
        month,
        feature,
        task_type,
        count(*) as tasks,
        count(*) filter (where outcome = 'success') as succeeded,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        count(*) filter (where outcome = 'success' and 10 * place <= alike + 9) as cheapest_tasks,
        sum(cost_usd) filter (where outcome = 'success' and 10 * place <= alike + 9) as cheapest_usd,
        min(cost_usd) filter (where outcome = 'success' and 2 * place >= alike) as median_usd
    from tasks
    group by month, feature, task_type
)

select
    month,
    feature,
    task_type,
    tasks,
    succeeded,
    cost_usd,
    unpriced_requests,
    decimal_division(cheapest_usd, nullif(cheapest_tasks, 0), 12) as floor_usd,
    median_usd as median_success_usd,
    decimal_division(cost_usd, nullif(succeeded, 0), 12) as viable_price_usd,
    cast(decimal_division(
        cast(5 * cost_usd as decimal(30, 12)), nullif(succeeded, 0), 12
    ) as decimal(38, 12)) as price_at_80_pct_margin_usd
from summed
order by month, feature, task_type
