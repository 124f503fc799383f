-- One row per event or span of a coding agent's call of which its session file tells too
-- grain: group_key
with
told as (
    select
        s.sighting_id,
        s.source_format not in ('claude_code', 'codex', 'gemini_cli') as is_event,
        s.session_id,
        s.prompt_tokens,
        s.completion_tokens,
        epoch_us(s.started_at) as started_us,
        epoch_us(coalesce(s.ended_at, s.started_at)) as ended_us,
        coalesce(i.group_key, 'one:' || s.sighting_id) as group_key
    from steps.sightings as s
    left join steps.same_ids as i on s.sighting_id = i.sighting_id
    where
        s.role = 'call'
        and (
            s.source_format in ('agent_events', 'claude_code', 'codex', 'gemini_cli')
            or s.span_name = 'claude_code.llm_request'
        )
        and s.prompt_tokens is not null
        and not coalesce(s.has_error, false)
),

-- Both know the session, the prompt's tokens and, to a minute, when. A file may hold only part of the answer's.
alike as (
    select
        e.sighting_id as event_id,
        e.group_key,
        f.sighting_id as line_id,
        f.group_key as twin_group,
        case when e.completion_tokens = f.completion_tokens then 0 else 1 end as is_part,
        abs(f.started_us - e.ended_us) as distance_us
    from told as e
    inner join told as f
        on
            e.session_id = f.session_id
            and e.prompt_tokens = f.prompt_tokens
            and f.started_us >= e.started_us - 60000000
            and f.started_us <= e.ended_us + 60000000
    where e.is_event and not f.is_event
),

placed as (
    select
        group_key,
        twin_group,
        row_number() over (partition by event_id order by is_part asc, distance_us asc, line_id asc) as line_place,
        row_number() over (partition by line_id order by is_part asc, distance_us asc, event_id asc) as event_place
    from alike
)

select
    group_key,
    twin_group
from placed
where line_place = 1 and event_place = 1
