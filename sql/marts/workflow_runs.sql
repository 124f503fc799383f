-- One row per workflow run and UTC day it spent on; requests of no run are one row `(unattributed)`.
-- grain: day, workflow_run_id

with spend as (
    select
        day,
        coalesce(workflow_run_id, '(unattributed)') as workflow_run_id,
        coalesce(min(workflow), '(unattributed)') as workflow,
        coalesce(min(feature), '(unattributed)') as feature,
        coalesce(min(customer_id), '(unattributed)') as customer_id,
        coalesce(min(task_type), '(unattributed)') as task_type,
        min(started_at) as first_request_at,
        max(date_diff('millisecond', cast(day as timestamp), started_at) + coalesce(latency_ms, 0))
        - min(date_diff('millisecond', cast(day as timestamp), started_at)) as duration_ms,
        count(*) as requests,
        count(*) filter (where is_final_attempt) as calls,
        count(*) filter (where status in ('error', 'timeout', 'cancelled', 'incomplete')) as failed_requests,
        count(*) filter (where status = 'truncated') as truncated_requests,
        count(*) filter (where status = 'refused') as refused_requests,
        count(*) filter (where usage_basis <> 'reported' and billed_state <> 'not_billed') as unknown_usage_requests,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unpriced_requests,
        count(*) filter (where outcome = 'failure') as of_failed,
        count(*) filter (where outcome = 'unknown') as of_unknown,
        count(outcome) as of_tasks
    from marts.cost_per_request
    where day = $day
    group by day, coalesce(workflow_run_id, '(unattributed)')
),

earlier as (
    select
        workflow_run_id,
        min(day) as started_on
    from steps.run_days
    where day >= $day - 31 and day < $day
    group by workflow_run_id
)

select
    spend.day,
    spend.workflow_run_id,
    spend.workflow,
    spend.feature,
    spend.customer_id,
    spend.task_type,
    case
        when spend.workflow_run_id <> '(unattributed)' then coalesce(earlier.started_on, spend.day)
    end as started_on,
    spend.workflow_run_id <> '(unattributed)' and earlier.started_on is null as is_started_here,
    spend.first_request_at,
    spend.duration_ms,
    spend.requests,
    spend.calls,
    spend.failed_requests,
    spend.truncated_requests,
    spend.refused_requests,
    spend.unknown_usage_requests,
    spend.prompt_tokens,
    spend.completion_tokens,
    spend.cost_usd,
    spend.unpriced_requests,
    case
        when spend.workflow_run_id = '(unattributed)' then null
        when spend.of_failed > 0 then 'failure'
        when spend.of_unknown > 0 then 'unknown'
        when spend.of_tasks > 0 then 'success'
    end as outcome
from spend
left join earlier on spend.workflow_run_id = earlier.workflow_run_id
order by spend.day, spend.workflow_run_id
