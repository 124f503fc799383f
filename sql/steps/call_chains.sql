-- One row per counted call that is one of several attempts recorded on their own, in order
-- grain: lead_id
with
keyed as (
    select
        s.sighting_id as lead_id,
        s.call_key,
        s.attempt_no,
        s.started_at,
        'gateway_log' as evidence
    from steps.sightings as s
    left join steps.call_groups as g on s.sighting_id = g.sighting_id and (g.members > 1 or g.is_sum)
    where s.role = 'call' and s.call_key is not null and g.sighting_id is null
    union all
    select
        sighting_id as lead_id,
        call_key,
        attempt_no,
        started_at,
        'gateway_log' as evidence
    from steps.fused
    where call_key is not null
),

under_one_trace as (
    select
        t.lead_id,
        t.call_key,
        t.attempt_no,
        s.started_at,
        'gateway_log' as evidence
    from steps.gateway_tries as t
    inner join steps.sightings as s on t.lead_id = s.sighting_id
    left join keyed as k on t.lead_id = k.lead_id
    where k.lead_id is null
),

several as (
    select call_key
    from keyed
    group by call_key
    having count(*) > 1
),

logged as (
    select k.*
    from keyed as k
    inner join several as s on k.call_key = s.call_key
    union all
    select *
    from under_one_trace
),

chained as (
    select *
    from logged
    union all
    select
        f.lead_id,
        f.call_key,
        null as attempt_no,
        s.started_at,
        f.evidence
    from steps.failed_siblings as f
    inner join steps.sightings as s on f.lead_id = s.sighting_id
    left join logged as l on f.lead_id = l.lead_id
    where l.lead_id is null
)

select
    lead_id,
    call_key,
    attempt_no,
    evidence,
    row_number() over (partition by call_key order by attempt_no asc nulls last, started_at asc, lead_id asc) as place,
    count(*) over (partition by call_key) as attempts
from chained
