-- One row per delivered record that saw a request, under the request it was counted in
-- grain: request_id, sighting_id
with
seen as (
    select
        identity,
        sighting_id,
        true as is_winner,
        day
    from steps.counted_sightings
    union all
    select
        c.identity,
        a.sighting_id,
        false as is_winner,
        c.day
    from steps.counted_sightings as c
    inner join steps.attributed_calls as a on c.sighting_id = a.lead_id
    where a.sighting_id <> a.lead_id
    union all
    select
        c.identity || case when h.try_no < h.tries then ':attempt:' || h.try_no else '' end as identity,
        h.sighting_id,
        h.try_no < h.tries as is_winner,
        case when h.try_no < h.tries then cast(h.started_at as date) else c.day end as day
    from steps.counted_sightings as c
    inner join steps.http_tries as h on c.sighting_id = h.lead_id
    union all
    select
        c.identity || ':attempt:' || r.try_no as identity,
        r.lead_id as sighting_id,
        true as is_winner,
        c.day
    from steps.counted_sightings as c
    inner join steps.resends as r on c.sighting_id = r.lead_id
)

select
    md5(n.identity) as request_id,
    n.sighting_id,
    n.is_winner,
    s.role,
    t.content_match,
    s.trace_id,
    s.span_id,
    n.day,
    s.source_format,
    s.source_file,
    s.source_line
from seen as n
inner join steps.sightings as s on n.sighting_id = s.sighting_id
left join steps.linked_calls as l on n.sighting_id = l.sighting_id
left join steps.content_twins as t on coalesce(l.group_key, 'one:' || n.sighting_id) = t.group_key
where n.day = $day
order by request_id, n.sighting_id
