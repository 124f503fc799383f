-- One row per start of a walk up a trace that meets a workflow span, with the outermost one
-- grain: start_no
with
met as (
    select
        a.start_no,
        arg_max(a.ancestor_no, a.depth) as workflow_no
    from steps.ancestors as a
    inner join steps.span_tree as t on a.ancestor_no = t.span_no
    inner join steps.sightings as s on t.sighting_id = s.sighting_id
    where s.is_workflow
    group by a.start_no
)

select
    m.start_no,
    case when t.is_root then t.trace_id else t.trace_id || ':' || s.span_id end as workflow_run_id
from met as m
inner join steps.span_tree as t on m.workflow_no = t.span_no
inner join steps.sightings as s on t.sighting_id = s.sighting_id
