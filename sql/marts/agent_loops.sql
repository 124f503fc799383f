-- One row per UTC day, agent run, tool and input that the agent gave the tool at least three times.
-- grain: day, trace_id, agent_span_id, tool_name, input_hash
--
-- The first call may have been needed; the loop costs the requests of the trace after it, up to the last. One that
-- goes on past midnight is told on each of its days, with the requests of that day.
with loops as (
    select
        trace_id,
        agent_span_id,
        tool_name,
        input_hash,
        count(*) as tool_calls,
        min(started_at) as first_call_at,
        max(started_at) as last_call_at
    from steps.tool_calls
    group by trace_id, agent_span_id, tool_name, input_hash
    having count(*) >= 3 and count(*) filter (where day = $day) > 0
),

requests as (
    select
        trace_id,
        started_at,
        workflow_run_id,
        workflow,
        feature,
        customer_id,
        cost_usd,
        cost_lower_bound_usd,
        cost_upper_bound_usd
    from marts.cost_per_request
    where day = $day and trace_id in (select loops.trace_id from loops)
)

select
    $day as day,
    loops.trace_id,
    loops.agent_span_id,
    loops.tool_name,
    loops.input_hash,
    min(requests.workflow_run_id) as workflow_run_id,
    coalesce(min(requests.workflow), '(unattributed)') as workflow,
    coalesce(min(requests.feature), '(unattributed)') as feature,
    coalesce(min(requests.customer_id), '(unattributed)') as customer_id,
    loops.tool_calls,
    loops.first_call_at,
    loops.last_call_at,
    count(requests.trace_id) as requests,
    coalesce(sum(requests.cost_usd), 0) as cost_usd,
    count(requests.trace_id) - count(requests.cost_usd) as unpriced_requests,
    coalesce(sum(requests.cost_lower_bound_usd), 0) as cost_lower_bound_usd,
    sum(requests.cost_upper_bound_usd) as cost_upper_bound_usd
from loops
left join requests
    on
        loops.trace_id = requests.trace_id
        and loops.first_call_at < requests.started_at
        and loops.last_call_at >= requests.started_at
group by
    loops.trace_id,
    loops.agent_span_id,
    loops.tool_name,
    loops.input_hash,
    loops.tool_calls,
    loops.first_call_at,
    loops.last_call_at
order by day, trace_id, agent_span_id, tool_name, input_hash
