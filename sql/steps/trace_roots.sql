-- One row per trace whose root span is there; the earliest where there are several
-- grain: trace_id
with
ranked as (
    select
        t.trace_id,
        t.span_no,
        s.span_name,
        t.role,
        row_number() over (partition by t.trace_id order by s.started_at asc, t.span_no asc) as place
    from steps.span_tree as t
    inner join steps.sightings as s on t.sighting_id = s.sighting_id
    where t.is_root
)

select
    trace_id,
    span_no,
    case when role <> 'call' then span_name end as workflow
from ranked
where place = 1
