-- One row per try that a sighting tells of and no other record shows
-- grain: lead_id, try_no
with recursive
told as (
    select
        s.sighting_id as lead_id,
        s.resend_count,
        s.started_at
    from steps.sightings as s
    left join steps.call_groups as g on s.sighting_id = g.sighting_id and (g.members > 1 or g.is_sum)
    where s.role = 'call' and s.resend_count > 0 and g.sighting_id is null
    union all
    select
        sighting_id as lead_id,
        resend_count,
        started_at
    from steps.fused
    where resend_count > 0
),

counted as (
    select
        lead_id,
        resend_count,
        started_at,
        1 as try_no
    from told
    union all
    select
        lead_id,
        resend_count,
        started_at,
        try_no + 1 as try_no
    from counted
    where try_no < resend_count and try_no < 100
)

select
    c.lead_id,
    c.try_no,
    c.started_at,
    least(c.resend_count, 100) as resends
from counted as c
left join steps.http_tries as h on c.lead_id = h.lead_id and h.tries > 1
where h.lead_id is null
