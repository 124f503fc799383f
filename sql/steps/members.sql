-- One row per sighting of a call that several sightings saw, best witness first
-- grain: group_key, place
select
    g.group_key,
    s.sighting_id,
    s.witness,
    s.prompt_tokens,
    s.completion_tokens,
    s.cache_read_tokens,
    s.cache_write_tokens,
    s.reasoning_tokens,
    s.is_split,
    s.known_classes,
    s.is_told_at_end,
    row_number() over (
        partition by g.group_key
        order by
            case when s.usage_basis = 'missing' then 1 else 0 end asc,
            s.witness asc,
            case s.usage_basis when 'reported' then 0 when 'partial' then 1 else 2 end asc,
            s.is_split desc,
            s.known_classes desc,
            s.lasted_us asc nulls last,
            s.sighting_id asc
    ) as place
from steps.call_groups as g
inner join steps.usage_detail as s on g.sighting_id = s.sighting_id
where g.members > 1 and not g.is_sum
