-- One row per UTC day and workflow: what its requests used and cost, and what one run of it costs.
-- grain: day, workflow

with spend as (
    select
        day,
        coalesce(workflow, '(unattributed)') as workflow,
        count(*) as requests,
        count(*) filter (where is_final_attempt) as calls,
        count(*) filter (where status in ('error', 'timeout', 'cancelled', 'incomplete')) as failed_requests,
        count(*) filter (where usage_basis <> 'reported' and billed_state <> 'not_billed') as unknown_usage_requests,
        cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
        cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
        cast(coalesce(sum(cache_write_tokens), 0) as bigint) as cache_write_tokens,
        cast(coalesce(sum(input_media_tokens), 0) as bigint) as input_media_tokens,
        cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
        cast(coalesce(sum(reasoning_tokens), 0) as bigint) as reasoning_tokens,
        cast(coalesce(sum(output_media_tokens), 0) as bigint) as output_media_tokens,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        count(*) filter (where is_final_attempt and workflow_run_id is not null) as run_calls,
        sum(cost_usd) filter (where workflow_run_id is not null) as run_cost_usd
    from marts.cost_per_request
    where day = $day
    group by day, coalesce(workflow, '(unattributed)')
),

runs_here as (
    select
        workflow,
        count(*) as runs
    from marts.workflow_runs
    where day = $day and is_started_here
    group by workflow
),

ranked as (
    select
        workflow,
        cost_usd,
        row_number() over (partition by workflow order by cost_usd, workflow_run_id) as position,
        count(*) over (partition by workflow) as priced_runs
    from marts.workflow_runs
    where day = $day and is_started_here and requests > unpriced_requests
),

percentiles as (
    select
        workflow,
        max(cost_usd) filter (where position = (50 * priced_runs + 99) // 100) as p50_run_cost_usd,
        max(cost_usd) filter (where position = (95 * priced_runs + 99) // 100) as p95_run_cost_usd
    from ranked
    group by workflow
)

select
    spend.day,
    spend.workflow,
    spend.requests,
    spend.calls,
    spend.failed_requests,
    spend.unknown_usage_requests,
    spend.input_tokens,
    spend.cache_read_tokens,
    spend.cache_write_tokens,
    spend.input_media_tokens,
    spend.output_tokens,
    spend.reasoning_tokens,
    spend.output_media_tokens,
    spend.prompt_tokens,
    spend.completion_tokens,
    spend.cost_usd,
    spend.unpriced_requests,
    decimal_division(
        spend.cost_usd, nullif(spend.requests - spend.unpriced_requests, 0), 12
    ) as cost_per_request_usd,
    cast(decimal_division(
        cast(100 * spend.cost_usd as decimal(30, 12)),
        nullif(sum(spend.cost_usd) over (partition by spend.day), 0),
        6
    ) as decimal(18, 6)) as share_of_day_pct,
    coalesce(runs_here.runs, 0) as runs,
    cast(decimal_division(spend.run_calls, runs_here.runs, 6) as decimal(18, 6)) as calls_per_run,
    decimal_division(spend.run_cost_usd, runs_here.runs, 12) as cost_per_run_usd,
    percentiles.p50_run_cost_usd,
    percentiles.p95_run_cost_usd
from spend
left join runs_here on spend.workflow = runs_here.workflow
left join percentiles on spend.workflow = percentiles.workflow
order by spend.day, spend.workflow
