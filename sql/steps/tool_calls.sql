-- One row per tool call of the day whose trace tells the tool and a digest of its input
-- grain: trace_id, span_id
-- view
with told as (
    select
        trace_id,
        span_id,
        parent_span_id,
        started_at,
        attr_tool_name(attributes) as tool_name,
        attr_input_hash(attributes) as input_hash
    from steps.otlp_spans
    where day = $day
)

select
    trace_id,
    span_id,
    coalesce(parent_span_id, span_id) as agent_span_id,
    started_at,
    tool_name,
    input_hash
from told
where tool_name is not null and input_hash is not null
