-- One row per tool call of the day's traces that tells the tool and a digest of its input, those past midnight too
-- grain: trace_id, span_id
-- view
--
-- The agent is the span above the call; where that holds nothing but tool calls (a step of Pydantic AI or LangGraph)
-- and says not that it is an agent, the one above it. So a call again in the next step is a call again.
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
    where attr_tool_name(attributes) is not null
),

parents as (
    select
        trace_id,
        parent_span_id as span_id,
        count(*) as tool_children
    from told
    where parent_span_id is not null
    group by trace_id, parent_span_id
),

families as (
    select
        p.trace_id,
        p.span_id,
        p.tool_children,
        count(*) as children
    from parents as p
    inner join steps.otlp_spans as c on p.trace_id = c.trace_id and p.span_id = c.parent_span_id
    group by p.trace_id, p.span_id, p.tool_children
),

tool_steps as (
    select
        f.trace_id,
        f.span_id,
        s.parent_span_id
    from families as f
    inner join steps.otlp_spans as s on f.trace_id = s.trace_id and f.span_id = s.span_id
    where
        f.children = f.tool_children
        and s.parent_span_id is not null
        and coalesce(lower(split_part(attr_operation(s.attributes), ' ', 1)), '') <> 'invoke_agent'
        and coalesce(lower(trim(attr_span_kind(s.attributes), '"')), '') <> 'agent'
)

select
    t.trace_id,
    t.span_id,
    coalesce(s.parent_span_id, t.parent_span_id, t.span_id) as agent_span_id,
    t.day,
    t.started_at,
    t.tool_name,
    t.input_hash
from told as t
left join tool_steps as s on t.trace_id = s.trace_id and t.parent_span_id = s.span_id
where t.input_hash is not null
