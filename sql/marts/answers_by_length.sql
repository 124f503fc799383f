-- One row per UTC day, kind of task, model and length of answer: how many answers, which add up over days.
-- grain: day, task_type, provider, model, completion_tokens

select
    day,
    coalesce(task_type, '(unattributed)') as task_type,
    provider,
    coalesce(model, '(unattributed)') as model,
    completion_tokens,
    count(*) as requests,
    cast(coalesce(sum(reasoning_tokens), 0) as bigint) as reasoning_tokens,
    sum(output_cost_usd) as completion_cost_usd
from marts.cost_per_request
where day = $day and completion_tokens > 0 and status in ('ok', 'truncated')
group by day, coalesce(task_type, '(unattributed)'), provider, coalesce(model, '(unattributed)'), completion_tokens
order by day, task_type, provider, model, completion_tokens
