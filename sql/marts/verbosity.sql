-- One row per month, kind of task and model: how long its answers are, and how much of them is thinking.
-- grain: month, task_type, provider, model
-- view
with lengths as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        task_type,
        provider,
        model,
        completion_tokens,
        sum(requests) as requests,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(completion_cost_usd) as completion_cost_usd
    from marts.answers_by_length
    group by substr(cast(day as varchar), 1, 7), task_type, provider, model, completion_tokens
),

placed as (
    select
        *,
        sum(requests) over (
            partition by month, task_type, provider, model
            order by completion_tokens asc rows between unbounded preceding and current row
        ) as not_longer,
        sum(requests) over (partition by month, task_type, provider, model) as alike
    from lengths
)

select
    month,
    task_type,
    provider,
    model,
    cast(sum(requests) as bigint) as requests,
    cast(decimal_division(
        cast(sum(completion_tokens * requests) as bigint), cast(sum(requests) as bigint), 6
    ) as decimal(18, 6)) as completion_per_request,
    min(completion_tokens) filter (where 100 * not_longer >= 50 * alike) as p50_completion_tokens,
    min(completion_tokens) filter (where 100 * not_longer >= 95 * alike) as p95_completion_tokens,
    max(completion_tokens) as longest_completion_tokens,
    cast(decimal_division(
        100 * cast(sum(reasoning_tokens) as bigint), cast(sum(completion_tokens * requests) as bigint), 6
    ) as decimal(18, 6)) as reasoning_pct,
    sum(completion_cost_usd) as completion_cost_usd
from placed
group by month, task_type, provider, model
order by month, task_type, provider, model
