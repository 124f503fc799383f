-- One row per call of which another source tells too with nothing but the same content to say so, or may tell
-- grain: group_key
--
-- Calls alike that overlap within two seconds are looked at together. The source that saw most of them, and for
-- how long, is held against each other one: in order where both saw as many, else by who is the nearest to whom.
-- What two could be is left alone (twin_group NULL, ambiguous). Half an hour of calls alike tells none from another;
-- being shorter than what a day sees of its neighbours, it is also the same from either side of midnight.
with
timed as (
    select
        *,
        max(ended_us) over (
            partition by prompt_tokens, completion_tokens, failure
            order by started_us asc, group_key asc rows between unbounded preceding and 1 preceding
        ) as ended_before_us
    from steps.content_marks
),

numbered as (
    select
        *,
        sum(case when started_us <= ended_before_us + 2000000 then 0 else 1 end) over (
            order by prompt_tokens asc, completion_tokens asc, failure asc, started_us asc, group_key asc
            rows between unbounded preceding and current row
        ) as crowd_no
    from timed
),

crowds as (
    select
        crowd_no,
        max(ended_us) - min(started_us) > 1800000000 as is_endless
    from numbered
    group by crowd_no
    having min(sources) <> max(sources)
),

placed as (
    select
        n.*,
        c.is_endless,
        row_number() over (
            partition by n.crowd_no, n.sources order by n.started_us asc, n.group_key asc
        ) as place,
        count(*) over (partition by n.crowd_no, n.sources) as calls,
        min(n.witness) over (partition by n.crowd_no, n.sources) as best_witness,
        min(n.ended_us - n.started_us) over (partition by n.crowd_no, n.sources) as shortest_us
    from numbered as n
    inner join crowds as c on n.crowd_no = c.crowd_no
),

sided as (
    select
        *,
        first_value(sources) over (
            partition by crowd_no
            order by calls desc, case when shortest_us > 0 then 0 else 1 end asc, best_witness asc, sources asc
        ) as hub_sources
    from placed
),

pairs as (
    select
        o.group_key,
        h.group_key as twin_group,
        o.failure,
        o.calls,
        h.calls as hub_calls,
        o.place = h.place as is_in_step,
        count(*) filter (where o.place = h.place) over (partition by o.crowd_no, o.sources) as steps_alike,
        -- A moment may be that of the start or of the end.
        case
            when o.started_us < o.ended_us and h.started_us < h.ended_us
                then abs(o.started_us - h.started_us) + abs(o.ended_us - h.ended_us)
            else least(abs(o.started_us - h.started_us), abs(o.ended_us - h.ended_us))
        end as distance_us,
        o.sources
    from sided as o
    inner join sided as h
        on
            o.crowd_no = h.crowd_no
            and o.hub_sources = h.sources
            and (o.place = h.place or o.calls * h.calls <= 4096)
    where
        o.sources <> o.hub_sources
        and o.first_source not in (h.first_source, h.last_source)
        and o.last_source not in (h.first_source, h.last_source)
        and not o.is_endless
        and not (o.has_id and h.has_id)
        and o.started_us <= h.ended_us + 2000000
        and h.started_us <= o.ended_us + 2000000
        and (
            o.answered_model in (h.answered_model, h.asked_model)
            or o.asked_model in (h.answered_model, h.asked_model)
        )
        and coalesce(o.cache_read_tokens = h.cache_read_tokens, true)
        and coalesce(o.cache_write_tokens = h.cache_write_tokens, true)
        and coalesce(o.reasoning_tokens = h.reasoning_tokens, true)
        and coalesce(o.session_id = h.session_id, true)
),

ranked as (
    select
        *,
        calls = hub_calls and steps_alike = calls as are_in_step,
        rank() over (partition by group_key order by distance_us asc) as hub_place,
        rank() over (partition by twin_group, sources order by distance_us asc) as own_place,
        count(*) over (partition by group_key, distance_us) as hubs_as_near,
        count(*) over (partition by twin_group, sources, distance_us) as others_as_near
    from pairs
),

proposed as (
    select *
    from ranked
    where
        case
            when are_in_step then is_in_step
            else hub_place = 1 and own_place = 1 and hubs_as_near = 1 and others_as_near = 1
        end
),

-- A request in which one source would speak twice is two.
voices as (
    select
        p.twin_group,
        p.group_key
    from proposed as p
    union all
    select distinct
        twin_group,
        twin_group as group_key
    from proposed
),

spoken as (
    select distinct
        v.twin_group,
        v.group_key,
        s.source_format
    from voices as v
    inner join steps.linked_calls as l on v.group_key = l.group_key
    inner join steps.sightings as s on l.sighting_id = s.sighting_id
    union all
    select
        v.twin_group,
        v.group_key,
        s.source_format
    from voices as v
    inner join steps.sightings as s on v.group_key = 'one:' || s.sighting_id
    left join steps.linked_calls as l on s.sighting_id = l.sighting_id
    where l.sighting_id is null
),

conflicts as (
    select distinct twin_group
    from (
        select
            twin_group,
            source_format
        from spoken
        group by twin_group, source_format
        having count(*) > 1
    ) as twice
),

agreed as (
    select p.*
    from proposed as p
    left join conflicts as c on p.twin_group = c.twin_group
    where c.twin_group is null
),

-- Left alone though another one is left alone that it could be.
doubtful as (
    select r.group_key
    from ranked as r
    left join agreed as a on r.group_key = a.group_key
    left join agreed as h on r.twin_group = h.twin_group and r.sources = h.sources
    where a.group_key is null and h.twin_group is null
    union
    select group_key
    from sided
    where is_endless and sources <> hub_sources
)

select
    group_key,
    twin_group,
    case when failure = 0 and calls = 1 and hub_calls = 1 then 'likely' else 'possible' end as content_match
from agreed
union all
select
    group_key,
    null as twin_group,
    'ambiguous' as content_match
from doubtful
