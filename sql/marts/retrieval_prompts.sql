-- One row per UTC day, feature, workflow, model and length of prompt of runs that retrieve: counts that add up.
-- grain: day, feature, workflow, provider, model, prompt_tokens
--
-- Calls of runs that embed, retrieve or rerank on the day. A run counts where its shortest prompt is.
with retrieving as (
    select distinct workflow_run_id
    from marts.cost_per_request
    where day = $day and stage in ('embedding', 'retrieval', 'rerank', 'context_assembly')
),

calls as (
    select
        coalesce(c.feature, '(unattributed)') as feature,
        coalesce(c.workflow, '(unattributed)') as workflow,
        c.provider,
        coalesce(c.model, '(unattributed)') as model,
        c.workflow_run_id,
        c.task_id,
        c.prompt_tokens,
        c.input_cost_usd + c.cache_read_cost_usd + c.cache_write_cost_usd as prompt_cost_usd
    from marts.cost_per_request as c
    inner join retrieving as r on c.workflow_run_id = r.workflow_run_id
    where
        c.day = $day
        and c.stage = 'inference'
        and c.prompt_tokens > 0
        and c.cost_usd is not null
        and c.billed_state = 'billed'
),

shortest as (
    select
        feature,
        workflow,
        provider,
        model,
        min(prompt_tokens) as prompt_tokens
    from calls
    group by feature, workflow, provider, model, workflow_run_id
),

begun as (
    select
        feature,
        workflow,
        provider,
        model,
        prompt_tokens,
        count(*) as runs
    from shortest
    group by feature, workflow, provider, model, prompt_tokens
),

counted as (
    select
        c.feature,
        c.workflow,
        c.provider,
        c.model,
        c.prompt_tokens,
        count(*) as requests,
        sum(c.prompt_cost_usd) as prompt_cost_usd,
        count(*) filter (where t.outcome = 'success') as succeeded_requests,
        count(*) filter (where t.outcome in ('success', 'failure')) as judged_requests
    from calls as c
    left join core.tasks as t on c.task_id = t.task_id and t.day = $day
    group by c.feature, c.workflow, c.provider, c.model, c.prompt_tokens
)

select
    $day as day,
    c.feature,
    c.workflow,
    c.provider,
    c.model,
    c.prompt_tokens,
    coalesce(b.runs, 0) as runs,
    c.requests,
    c.prompt_cost_usd,
    c.succeeded_requests,
    c.judged_requests
from counted as c
left join begun as b
    on
        c.feature = b.feature
        and c.workflow = b.workflow
        and c.provider = b.provider
        and c.model = b.model
        and c.prompt_tokens = b.prompt_tokens
order by day, c.feature, c.workflow, c.provider, c.model, c.prompt_tokens
