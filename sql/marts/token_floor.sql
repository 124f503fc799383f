-- One row per month, feature and kind of task: what a success costs at best, in the middle, and in truth.
-- grain: month, feature, task_type
-- view
--
-- A success of which a request has no price would pass for the cheapest: floor and middle are of the others.
with tasks as (
    select
        substr(cast(started_on as varchar), 1, 7) as month,
        feature,
        task_type,
        outcome,
        cost_usd,
        unpriced_requests,
        outcome = 'success' and unpriced_requests = 0 as is_priced_success,
        row_number() over (
            partition by
                substr(cast(started_on as varchar), 1, 7),
                feature,
                task_type,
                outcome = 'success' and unpriced_requests = 0
            order by cost_usd asc, task_id asc
        ) as place,
        count(*) over (
            partition by
                substr(cast(started_on as varchar), 1, 7),
                feature,
                task_type,
                outcome = 'success' and unpriced_requests = 0
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
        count(*) filter (where is_priced_success and 10 * place <= alike + 9) as cheapest_tasks,
        sum(cost_usd) filter (where is_priced_success and 10 * place <= alike + 9) as cheapest_usd,
        min(cost_usd) filter (where is_priced_success and 2 * place >= alike) as median_usd
    from tasks
    group by month, feature, task_type
),

priced as (
    select
        *,
        case when cost_usd > 0 or unpriced_requests = 0 then cost_usd end as priced_usd
    from summed
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
    decimal_division(priced_usd, nullif(succeeded, 0), 12) as viable_price_usd,
    cast(decimal_division(
        cast(5 * priced_usd as decimal(30, 12)), nullif(succeeded, 0), 12
    ) as decimal(38, 12)) as price_at_80_pct_margin_usd
from priced
order by month, feature, task_type
