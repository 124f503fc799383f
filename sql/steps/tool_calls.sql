-- One row per tool call of the day's traces that tells the tool and a digest of its input, those past midnight too
-- grain: trace_id, span_id
-- view
with told as (
    select
        trace_id,
        span_id,
        parent_span_id,
        day,
        started_at,
        attr_tool_name(attributes) as tool_name,
        attr_input_hash(attributes) as input_hash
    from steps.otlp_spans
)

select
    trace_id,
    span_id,
    coalesce(parent_span_id, span_id) as agent_span_id,
    day,
    started_at,
    tool_name,
    input_hash
from told
where tool_name is not null and input_hash is not null
