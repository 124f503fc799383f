-- One row per span of a trace with its own number and its parent's
-- grain: span_no
with
numbered as (
    select
        sighting_id,
        trace_id,
        span_id,
        parent_span_id,
        role,
        row_number() over (order by trace_id asc, span_id asc, sighting_id asc) as span_no
    from steps.sightings
    where
        trace_id is not null
        and span_id is not null
        and (span_name is not null or parent_span_id is not null)
),

addresses as (
    select
        trace_id,
        span_id,
        min(span_no) as span_no
    from numbered
    group by trace_id, span_id
)

select
    n.span_no,
    n.sighting_id,
    n.trace_id,
    n.role,
    n.parent_span_id is null as is_root,
    a.span_no as parent_no
from numbered as n
left join addresses as a on n.trace_id = a.trace_id and n.parent_span_id = a.span_id
