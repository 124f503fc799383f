-- One row per span of a trace that names who or what its calls are for
-- grain: span_no
select
    t.span_no,
    t.trace_id,
    t.is_root,
    s.workflow,
    s.stage,
    s.task_id,
    s.task_type,
    s.customer_id,
    s.user_id,
    s.feature,
    s.team,
    s.environment,
    s.session_id,
    s.prompt_name,
    s.prompt_version,
    s.service_name
from steps.span_tree as t
inner join steps.sightings as s on t.sighting_id = s.sighting_id
where
    coalesce(
        s.workflow,
        s.stage,
        s.task_id,
        s.task_type,
        s.customer_id,
        s.user_id,
        s.feature,
        s.team,
        s.environment,
        s.session_id,
        s.prompt_name,
        s.prompt_version,
        s.service_name
    ) is not null
