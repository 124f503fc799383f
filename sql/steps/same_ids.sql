-- One row per call whose response id another call carries too
-- grain: sighting_id
with
named as (
    select
        sighting_id,
        provider_response_id,
        witness,
        lower(provider_name) as provider_name
    from steps.sightings
    where
        role = 'call'
        and provider_response_id is not null
        and not coalesce(is_cache_hit, false)
),

shared as (
    select provider_response_id
    from named
    group by provider_response_id
    having count(*) > 1
),

placed as (
    select
        n.sighting_id,
        n.provider_response_id,
        n.witness,
        coalesce(p.family, n.provider_name) as family
    from named as n
    inner join shared as s on n.provider_response_id = s.provider_response_id
    left join core.providers as p on n.provider_name = p.provider_name
),

-- A gateway names the maker where the SDK in front of it names the dialect it speaks: then an id long
-- enough to be unique by itself is enough.
ids as (
    select
        provider_response_id,
        min(family) as first_family,
        count(distinct family) <= 1
        or (bool_or(witness <= 2) and length(provider_response_id) >= 16) as is_one_answer
    from placed
    group by provider_response_id
)

select
    p.sighting_id,
    case
        when i.is_one_answer then 'id:' || p.provider_response_id
        else 'id:' || coalesce(p.family, i.first_family) || '|' || p.provider_response_id
    end as group_key
from placed as p
inner join ids as i on p.provider_response_id = i.provider_response_id
