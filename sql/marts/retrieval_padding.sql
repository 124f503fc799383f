-- One row per month, feature, workflow and model: how much longer prompts are where something was retrieved for them.
-- grain: month, feature, workflow, provider, model
-- view
--
-- Calls of runs that embed, retrieve or rerank. Each is held against the shortest and the middle prompt of its group,
-- at what its own prompt token costs on average.
with retrieving as (
    select distinct workflow_run_id
    from marts.cost_per_request
    where stage in ('embedding', 'retrieval', 'rerank', 'context_assembly')
),

calls as (
    select
        substr(cast(c.day as varchar), 1, 7) as month,
        coalesce(c.feature, '(unattributed)') as feature,
        coalesce(c.workflow, '(unattributed)') as workflow,
        c.provider,
        coalesce(c.model, '(unattributed)') as model,
        c.workflow_run_id,
        c.task_id,
        c.request_id,
        c.prompt_tokens,
        c.input_cost_usd + c.cache_read_cost_usd + c.cache_write_cost_usd as prompt_cost_usd
    from marts.cost_per_request as c
    inner join retrieving as r on c.workflow_run_id = r.workflow_run_id
    where c.stage = 'inference' and c.prompt_tokens > 0 and c.cost_usd is not null and c.billed_state = 'billed'
),

ranked as (
    select
        *,
        min(prompt_tokens) over (partition by month, feature, workflow, provider, model) as shortest_tokens,
        row_number() over (
            partition by month, feature, workflow, provider, model order by prompt_tokens asc, request_id asc
        ) as place,
        count(*) over (partition by month, feature, workflow, provider, model) as alike
    from calls
),

halved as (
    select
        *,
        2 * place > alike + 1 as is_longer,
        max(prompt_tokens) filter (where 2 * place <= alike + 1) over (
            partition by month, feature, workflow, provider, model
        ) as middle_tokens
    from ranked
),

judged as (
    select
        task_id,
        max(case when outcome = 'success' then 1 else 0 end) as is_success,
        max(case when outcome = 'failure' then 1 else 0 end) as is_failure
    from core.tasks
    group by task_id
),

measured as (
    select
        c.month,
        c.feature,
        c.workflow,
        c.provider,
        c.model,
        count(distinct c.workflow_run_id) as runs,
        count(*) as requests,
        cast(sum(c.prompt_tokens) as bigint) as prompt_tokens,
        min(c.shortest_tokens) as shortest_prompt_tokens,
        min(c.middle_tokens) as median_prompt_tokens,
        max(c.prompt_tokens) as longest_prompt_tokens,
        cast(sum(c.prompt_tokens - c.shortest_tokens) as bigint) as added_tokens,
        cast(coalesce(sum(c.prompt_tokens - c.middle_tokens) filter (where c.is_longer), 0) as bigint)
            as padding_tokens,
        sum(c.prompt_cost_usd) as prompt_cost_usd,
        sum(cast(decimal_division(
            cast(c.prompt_cost_usd * (c.prompt_tokens - c.shortest_tokens) as decimal(30, 12)), c.prompt_tokens, 12
        ) as decimal(38, 12))) as added_cost_usd,
        coalesce(sum(cast(decimal_division(
            cast(c.prompt_cost_usd * (c.prompt_tokens - c.middle_tokens) as decimal(30, 12)), c.prompt_tokens, 12
        ) as decimal(38, 12))) filter (where c.is_longer), 0) as padding_cost_usd,
        cast(coalesce(sum(j.is_success) filter (where not c.is_longer), 0) as bigint) as shorter_succeeded,
        cast(coalesce(sum(j.is_success + j.is_failure) filter (where not c.is_longer), 0) as bigint) as shorter_judged,
        cast(coalesce(sum(j.is_success) filter (where c.is_longer), 0) as bigint) as longer_succeeded,
        cast(coalesce(sum(j.is_success + j.is_failure) filter (where c.is_longer), 0) as bigint) as longer_judged
    from halved as c
    left join judged as j on c.task_id = j.task_id
    group by c.month, c.feature, c.workflow, c.provider, c.model
)

select
    month,
    feature,
    workflow,
    provider,
    model,
    runs,
    requests,
    prompt_tokens,
    shortest_prompt_tokens,
    median_prompt_tokens,
    longest_prompt_tokens,
    added_tokens,
    cast(decimal_division(100 * added_tokens, prompt_tokens, 6) as decimal(18, 6)) as added_pct,
    padding_tokens,
    prompt_cost_usd,
    added_cost_usd,
    padding_cost_usd,
    cast(decimal_division(100 * shorter_succeeded, nullif(shorter_judged, 0), 6) as decimal(18, 6))
        as shorter_success_rate_pct,
    cast(decimal_division(100 * longer_succeeded, nullif(longer_judged, 0), 6) as decimal(18, 6))
        as longer_success_rate_pct
from measured
order by month, feature, workflow, provider, model
