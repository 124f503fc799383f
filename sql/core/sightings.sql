-- One row per delivered record that saw a request, under the request it was counted in
-- grain: request_id, sighting_id
with
counted as (
    select
        s.sighting_id,
        s.role,
        s.provider_name,
        s.provider_response_id,
        s.is_cache_hit,
        s.day
    from steps.sightings as s
    left join steps.call_groups as g on s.sighting_id = g.sighting_id and (g.members > 1 or g.is_sum)
    where s.role = 'call' and g.sighting_id is null
    union all
    select
        s.sighting_id,
        s.role,
        s.provider_name,
        s.provider_response_id,
        s.is_cache_hit,
        s.day
    from steps.sightings as s
    inner join steps.counted_aggregates as c on s.sighting_id = c.sighting_id
    union all
    select
        sighting_id,
        role,
        provider_name,
        provider_response_id,
        is_cache_hit,
        day
    from steps.fused
),

identified as (
    select
        c.sighting_id,
        c.day,
        case
            when c.role = 'call' and not coalesce(c.is_cache_hit, false) and c.provider_response_id is not null
                then coalesce(p.family, lower(c.provider_name), '') || '|' || c.provider_response_id
            else c.sighting_id
        end as identity
    from counted as c
    left join core.providers as p on lower(c.provider_name) = p.provider_name
),

seen as (
    select
        identity,
        sighting_id,
        true as is_winner,
        day
    from identified
    union all
    select
        i.identity,
        a.sighting_id,
        false as is_winner,
        i.day
    from identified as i
    inner join steps.attributed_calls as a on i.sighting_id = a.lead_id
    where a.sighting_id <> a.lead_id
    union all
    select
        i.identity || case when h.try_no < h.tries then ':attempt:' || h.try_no else '' end as identity,
        h.sighting_id,
        h.try_no < h.tries as is_winner,
        case when h.try_no < h.tries then cast(h.started_at as date) else i.day end as day
    from identified as i
    inner join steps.http_tries as h on i.sighting_id = h.lead_id
    union all
    select
        i.identity || ':attempt:' || r.try_no as identity,
        r.lead_id as sighting_id,
        true as is_winner,
        i.day
    from identified as i
    inner join steps.resends as r on i.sighting_id = r.lead_id
)

select
    md5(n.identity) as request_id,
    n.sighting_id,
    n.is_winner,
    s.role,
    s.trace_id,
    s.span_id,
    n.day,
    s.source_format,
    s.source_file,
    s.source_line
from seen as n
inner join steps.sightings as s on n.sighting_id = s.sighting_id
where n.day = $day
order by request_id, n.sighting_id
