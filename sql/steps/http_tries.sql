-- One row per HTTP try of a counted call: the requests to the address that the last of them went to
-- grain: lead_id, try_no
with
tries as (
    select
        c.lead_id,
        s.sighting_id,
        s.span_id,
        s.started_at,
        s.ended_at,
        s.http_status,
        s.error_type,
        s.has_error,
        concat_ws(' ', s.operation, s.server_address) as address,
        row_number() over (partition by c.lead_id order by s.started_at desc, s.sighting_id desc) as from_last
    from steps.nested_calls as n
    inner join steps.attributed_calls as c on n.outer_no = c.span_no
    inner join steps.span_tree as t on n.inner_no = t.span_no
    inner join steps.sightings as s on t.sighting_id = s.sighting_id
    left join steps.span_tree as p on t.parent_no = p.span_no
    where
        n.role = 'attempt'
        and coalesce(p.role, 'call') <> 'attempt'
        and coalesce(s.http_status, 0) not between 300 and 399
),

same_address as (
    select a.*
    from tries as a
    inner join tries as z on a.lead_id = z.lead_id and z.from_last = 1
    where a.address is not distinct from z.address
)

select
    lead_id,
    sighting_id,
    span_id,
    started_at,
    ended_at,
    http_status,
    error_type,
    has_error,
    row_number() over (partition by lead_id order by started_at asc, sighting_id asc) as try_no,
    count(*) over (partition by lead_id) as tries
from same_address
