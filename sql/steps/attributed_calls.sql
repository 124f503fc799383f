-- One row per sighting of a counted call whose attribution may come from elsewhere, with its request's lead sighting
-- grain: lead_id, sighting_id
with
-- A gateway's record that no span answers to, such as a failed try: its trace's root speaks for it.
spanless as (
    select
        s.sighting_id,
        s.trace_id
    from steps.sightings as s
    inner join steps.trace_roots as r on s.trace_id = r.trace_id
    left join steps.call_groups as g on s.sighting_id = g.sighting_id
    where s.role = 'call' and s.span_id is null and g.sighting_id is null
),

seen as (
    select
        m.group_key,
        m.sighting_id,
        m.witness,
        m.place
    from steps.members as m
    union all
    select
        g.group_key,
        g.sighting_id,
        9 as witness,
        1 as place
    from steps.call_groups as g
    where g.members = 1 and not g.is_sum
    union all
    select
        'one:' || c.sighting_id as group_key,
        c.sighting_id,
        9 as witness,
        1 as place
    from steps.counted_aggregates as c
    union all
    select
        'one:' || s.sighting_id as group_key,
        s.sighting_id,
        9 as witness,
        1 as place
    from spanless as s
),

-- A gateway's record is a sibling of the application's span: it speaks where the application is silent.
placed as (
    select
        s.group_key,
        s.sighting_id,
        s.place,
        t.span_no,
        t.parent_no,
        coalesce(t.trace_id, a.trace_id) as trace_id,
        case when t.span_no is not null and s.witness > 2 then 0 else 1 end as distance
    from seen as s
    left join steps.span_tree as t on s.sighting_id = t.sighting_id
    left join spanless as a on s.sighting_id = a.sighting_id
),

leads as (
    select
        group_key,
        arg_min(sighting_id, place) as lead_id,
        min(distance) as nearest
    from placed
    group by group_key
)

select
    l.lead_id,
    p.sighting_id,
    p.span_no,
    p.parent_no,
    p.trace_id,
    p.distance > l.nearest as is_sibling,
    (p.distance - l.nearest) * 1000000000 + least(p.place, 999) as base_rank
from placed as p
inner join leads as l on p.group_key = l.group_key
