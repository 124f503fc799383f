-- One row per sighting of a shared call with how much its usage tells
-- grain: sighting_id
select
    s.sighting_id,
    s.witness,
    s.usage_basis,
    s.prompt_tokens,
    s.completion_tokens,
    s.cache_read_tokens,
    s.reasoning_tokens,
    case
        when
            s.cache_write_5m_tokens is not null
            or s.cache_write_1h_tokens is not null
            or s.cache_write_30m_tokens is not null
            or s.cache_write_12h_tokens is not null
            or s.cache_write_unknown_tokens is not null
            then
                coalesce(s.cache_write_5m_tokens, 0)
                + coalesce(s.cache_write_1h_tokens, 0)
                + coalesce(s.cache_write_30m_tokens, 0)
                + coalesce(s.cache_write_12h_tokens, 0)
                + coalesce(s.cache_write_unknown_tokens, 0)
    end as cache_write_tokens,
    coalesce(s.cache_write_unknown_tokens, 0) = 0 as is_split,
    case when s.input_tokens is null then 0 else 1 end
    + case when s.cache_read_tokens is null then 0 else 1 end
    + case when s.cache_write_5m_tokens is null then 0 else 1 end
    + case when s.cache_write_1h_tokens is null then 0 else 1 end
    + case when s.cache_write_30m_tokens is null then 0 else 1 end
    + case when s.cache_write_12h_tokens is null then 0 else 1 end
    + case when s.cache_write_unknown_tokens is null then 0 else 1 end
    + case when s.input_audio_tokens is null then 0 else 1 end
    + case when s.input_image_tokens is null then 0 else 1 end
    + case when s.cache_read_audio_tokens is null then 0 else 1 end
    + case when s.cache_read_image_tokens is null then 0 else 1 end
    + case when s.output_tokens is null then 0 else 1 end
    + case when s.reasoning_tokens is null then 0 else 1 end
    + case when s.output_audio_tokens is null then 0 else 1 end
    + case when s.output_image_tokens is null then 0 else 1 end as known_classes,
    date_diff('microsecond', s.started_at, s.ended_at) as lasted_us,
    -- A session file may hold what was counted before the answer's end.
    s.source_format = 'agent_events' as is_told_at_end
from steps.sightings as s
inner join steps.call_groups as g on s.sighting_id = g.sighting_id
where g.members > 1 and not g.is_sum
