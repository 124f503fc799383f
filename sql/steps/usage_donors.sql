-- One row per call that several sightings saw, with the one whose token classes tell most of the winner's totals
-- grain: group_key
with
agreeing as (
    select
        w.group_key,
        d.sighting_id,
        row_number() over (
            partition by w.group_key
            order by d.completion_tokens desc nulls last, d.is_split desc, d.known_classes desc, d.place asc
        ) as detail_place
    from steps.members as w
    inner join steps.members as d
        on
            w.group_key = d.group_key
            and w.prompt_tokens is not distinct from d.prompt_tokens
            and (
                w.completion_tokens is not distinct from d.completion_tokens
                or (d.is_told_at_end and w.completion_tokens < d.completion_tokens)
            )
            and (w.cache_read_tokens is null or w.cache_read_tokens = d.cache_read_tokens)
            and (w.cache_write_tokens is null or w.cache_write_tokens = d.cache_write_tokens)
            and (w.reasoning_tokens is null or w.reasoning_tokens = d.reasoning_tokens)
    where w.place = 1
)

select
    group_key,
    sighting_id as donor_id
from agreeing
where detail_place = 1
