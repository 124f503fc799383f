-- One row per aggregate span, with usage or failed, that nothing counted below it explains
-- grain: sighting_id
with
usage_spans as (
    select
        t.span_no,
        t.sighting_id,
        t.trace_id,
        t.parent_no,
        t.role,
        s.provider_response_id
    from steps.span_tree as t
    inner join steps.sightings as s on t.sighting_id = s.sighting_id
    left join steps.call_groups as g on t.sighting_id = g.sighting_id
    where t.role in ('call', 'aggregate') and not coalesce(g.is_sum, false)
),

covered as (
    select distinct a.ancestor_no as span_no
    from usage_spans as u
    inner join steps.ancestors as a on u.parent_no = a.start_no
    where a.ancestor_no <> u.span_no
),

-- Where a walk up was cut short, more aggregates may stand above: none is counted there.
cut_short as (
    select distinct t.trace_id
    from steps.ancestors as a
    inner join steps.span_tree as t on a.start_no = t.span_no
    where a.depth = 64
),

answered as (
    select distinct provider_response_id
    from usage_spans
    where role = 'call' and provider_response_id is not null
)

select u.sighting_id
from usage_spans as u
left join covered as c on u.span_no = c.span_no
left join answered as i on u.provider_response_id = i.provider_response_id
left join cut_short as z on u.trace_id = z.trace_id
where u.role = 'aggregate' and c.span_no is null and i.provider_response_id is null and z.trace_id is null
