-- One row per month, kind of task and model: how long its answers are, and how much of them is thinking.
-- grain: month, task_type, provider, model
-- view
with answers as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        coalesce(task_type, '(unattributed)') as task_type,
        provider,
        coalesce(model, '(unattributed)') as model,
        completion_tokens,
        reasoning_tokens,
        output_cost_usd
    from marts.cost_per_request
    where completion_tokens > 0 and status in ('ok', 'truncated')
)

select
    month,
    task_type,
    provider,
    model,
    count(*) as requests,
    cast(decimal_division(cast(sum(completion_tokens) as bigint), count(*), 6) as decimal(18, 6))
        as completion_per_request,
    quantile_disc(completion_tokens, 0.5) as p50_completion_tokens,
    quantile_disc(completion_tokens, 0.95) as p95_completion_tokens,
    max(completion_tokens) as longest_completion_tokens,
    cast(decimal_division(
        100 * cast(coalesce(sum(reasoning_tokens), 0) as bigint), cast(sum(completion_tokens) as bigint), 6
    ) as decimal(18, 6)) as reasoning_pct,
    sum(output_cost_usd) as completion_cost_usd
from answers
group by month, task_type, provider, model
order by month, task_type, provider, model
