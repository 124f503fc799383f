-- One row per month, feature and turn of a conversation: how its context grows, and what that costs.
-- grain: month, feature, turn_no
-- view
--
-- A turn is one served call of the inference stage within a session, else within a workflow run; turns past 20
-- are counted as 20.
with calls as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        coalesce(feature, '(unattributed)') as feature,
        row_number() over (
            partition by coalesce(session_id, workflow_run_id), feature order by started_at asc, request_id asc
        ) as turn_no,
        prompt_tokens,
        completion_tokens,
        input_cost_usd + cache_read_cost_usd + cache_write_cost_usd as prompt_cost_usd,
        first_value(input_cost_usd + cache_read_cost_usd + cache_write_cost_usd) over (
            partition by coalesce(session_id, workflow_run_id), feature order by started_at asc, request_id asc
        ) as first_prompt_cost_usd,
        cost_usd
    from marts.cost_per_request
    where
        coalesce(session_id, workflow_run_id) is not null
        and status = 'ok'
        and is_final_attempt
        and stage = 'inference'
        and prompt_tokens is not null
        and cost_usd is not null
),

turns as (
    select
        month,
        feature,
        least(turn_no, 20) as turn_no,
        count(*) as calls,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        cast(sum(completion_tokens) as bigint) as completion_tokens,
        sum(prompt_cost_usd) as prompt_cost_usd,
        sum(prompt_cost_usd - first_prompt_cost_usd) as context_tax_usd,
        sum(cost_usd) as cost_usd
    from calls
    group by month, feature, least(turn_no, 20)
),

measured as (
    select
        *,
        cast(decimal_division(prompt_tokens, calls, 6) as decimal(18, 6)) as prompt_per_call,
        decimal_division(cost_usd, calls, 12) as cost_per_call_usd
    from turns
),

compared as (
    select
        *,
        max(case when turn_no = 1 then prompt_per_call end) over (partition by month, feature) as first_prompt
    from measured
)

select
    month,
    feature,
    turn_no,
    calls,
    prompt_per_call,
    cast(decimal_division(completion_tokens, calls, 6) as decimal(18, 6)) as completion_per_call,
    cost_usd,
    cost_per_call_usd,
    cast(decimal_division(100 * prompt_per_call, nullif(first_prompt, 0), 6) as decimal(18, 6))
        as prompt_to_first_turn_pct,
    prompt_cost_usd,
    context_tax_usd
from compared
order by month, feature, turn_no
