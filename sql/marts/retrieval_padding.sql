-- One row per month, feature, workflow and model: how much longer prompts are where something was retrieved for them.
-- grain: month, feature, workflow, provider, model
-- view
--
-- Each prompt is held against the shortest and the middle one of its group, at what the tokens of prompts as long as
-- it cost on average.
with lengths as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        workflow,
        provider,
        model,
        prompt_tokens,
        sum(runs) as runs,
        sum(requests) as requests,
        sum(prompt_cost_usd) as prompt_cost_usd,
        sum(succeeded_requests) as succeeded,
        sum(judged_requests) as judged
    from marts.retrieval_prompts
    group by substr(cast(day as varchar), 1, 7), feature, workflow, provider, model, prompt_tokens
),

placed as (
    select
        *,
        min(prompt_tokens) over (partition by month, feature, workflow, provider, model) as shortest_tokens,
        sum(requests) over (
            partition by month, feature, workflow, provider, model
            order by prompt_tokens asc rows between unbounded preceding and current row
        ) as not_longer,
        sum(requests) over (partition by month, feature, workflow, provider, model) as alike
    from lengths
),

halved as (
    select
        *,
        min(prompt_tokens) filter (where 2 * not_longer >= alike) over (
            partition by month, feature, workflow, provider, model
        ) as middle_tokens
    from placed
),

measured as (
    select
        month,
        feature,
        workflow,
        provider,
        model,
        cast(sum(runs) as bigint) as runs,
        cast(sum(requests) as bigint) as requests,
        cast(sum(prompt_tokens * requests) as bigint) as prompt_tokens,
        min(shortest_tokens) as shortest_prompt_tokens,
        min(middle_tokens) as median_prompt_tokens,
        max(prompt_tokens) as longest_prompt_tokens,
        cast(sum((prompt_tokens - shortest_tokens) * requests) as bigint) as added_tokens,
        cast(coalesce(
            sum((prompt_tokens - middle_tokens) * requests) filter (where prompt_tokens > middle_tokens), 0
        ) as bigint) as padding_tokens,
        sum(prompt_cost_usd) as prompt_cost_usd,
        sum(cast(decimal_division(
            cast(prompt_cost_usd * (prompt_tokens - shortest_tokens) as decimal(30, 12)), prompt_tokens, 12
        ) as decimal(38, 12))) as added_cost_usd,
        coalesce(sum(cast(decimal_division(
            cast(prompt_cost_usd * (prompt_tokens - middle_tokens) as decimal(30, 12)), prompt_tokens, 12
        ) as decimal(38, 12))) filter (where prompt_tokens > middle_tokens), 0) as padding_cost_usd,
        coalesce(sum(succeeded) filter (where prompt_tokens <= middle_tokens), 0) as shorter_succeeded,
        coalesce(sum(judged) filter (where prompt_tokens <= middle_tokens), 0) as shorter_judged,
        coalesce(sum(succeeded) filter (where prompt_tokens > middle_tokens), 0) as longer_succeeded,
        coalesce(sum(judged) filter (where prompt_tokens > middle_tokens), 0) as longer_judged
    from halved
    group by month, feature, workflow, provider, model
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
    cast(decimal_division(
        cast(100 * shorter_succeeded as bigint), nullif(cast(shorter_judged as bigint), 0), 6
    ) as decimal(18, 6)) as shorter_success_rate_pct,
    cast(decimal_division(
        cast(100 * longer_succeeded as bigint), nullif(cast(longer_judged as bigint), 0), 6
    ) as decimal(18, 6)) as longer_success_rate_pct
from measured
order by month, feature, workflow, provider, model
