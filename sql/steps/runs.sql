-- One row per counted call of a trace with the span that stands for it and the workflow run it belongs to
-- grain: lead_id
with
ranked as (
    select
        lead_id,
        sighting_id,
        parent_no,
        trace_id,
        row_number() over (partition by lead_id order by base_rank asc, span_no asc) as place
    from steps.attributed_calls
    where span_no is not null
)

select
    r.lead_id,
    r.trace_id,
    s.span_id,
    coalesce(w.workflow_run_id, r.trace_id) as workflow_run_id
from ranked as r
inner join steps.sightings as s on r.sighting_id = s.sighting_id
left join steps.workflow_spans as w on r.parent_no = w.start_no
where r.place = 1
