-- One row per sighting of a call that several sightings saw, best witness first
-- grain: group_key, place
with
-- A count may leave out what a cache served: it is trusted after those that tell the cache.
told as (
    select
        g.group_key,
        s.*,
        coalesce(
            coalesce(s.cache_read_tokens, s.cache_write_tokens) is null
            and s.prompt_tokens = min(
                s.prompt_tokens - coalesce(s.cache_read_tokens, 0) - coalesce(s.cache_write_tokens, 0)
            ) filter (where s.cache_read_tokens > 0 or s.cache_write_tokens > 0) over (partition by g.group_key),
            false
        ) as is_without_cache
    from steps.call_groups as g
    inner join steps.usage_detail as s on g.sighting_id = s.sighting_id
    where g.members > 1 and not g.is_sum
)

select
    group_key,
    sighting_id,
    witness,
    prompt_tokens,
    completion_tokens,
    cache_read_tokens,
    cache_write_tokens,
    reasoning_tokens,
    is_split,
    known_classes,
    is_told_at_end,
    row_number() over (
        partition by group_key
        order by
            case when usage_basis = 'missing' then 1 else 0 end asc,
            is_without_cache asc,
            witness asc,
            case usage_basis when 'reported' then 0 when 'partial' then 1 else 2 end asc,
            is_split desc,
            known_classes desc,
            lasted_us asc nulls last,
            sighting_id asc
    ) as place
from told
