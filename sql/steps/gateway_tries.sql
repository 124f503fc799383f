-- One row per call that a gateway logged as one of several tries under one trace: asked again right after it failed
-- grain: lead_id
--
-- LiteLLM's tries are told apart where its log is read. Times of whole seconds may show a try up to a second early.
with
logged as (
    select
        s.sighting_id,
        s.source_format,
        s.trace_id,
        s.operation,
        s.has_error,
        epoch_us(s.started_at) as started_us,
        epoch_us(coalesce(s.ended_at, s.started_at)) as ended_us
    from steps.sightings as s
    left join steps.call_groups as g on s.sighting_id = g.sighting_id and g.is_sum
    where
        s.role = 'call'
        and s.witness = 2
        and s.trace_id is not null
        and s.call_key is null
        and s.source_format not in ('litellm', 'requests')
        and not coalesce(s.is_cache_hit, false)
        and g.sighting_id is null
),

compared as (
    select
        *,
        lag(has_error) over tries as previous_failed,
        started_us - lag(ended_us) over tries as pause_us
    from logged
    window
        tries as (
            partition by source_format, trace_id, operation
            order by started_us asc, has_error desc, sighting_id asc
        )
),

numbered as (
    select
        *,
        sum(case when previous_failed and pause_us >= -1000000 and pause_us <= 60000000 then 0 else 1 end) over (
            partition by source_format, trace_id, operation
            order by started_us asc, has_error desc, sighting_id asc
            rows between unbounded preceding and current row
        ) as call_ordinal
    from compared
),

chained as (
    select
        sighting_id,
        first_value(sighting_id) over (
            partition by source_format, trace_id, operation, call_ordinal
            order by started_us asc, has_error desc, sighting_id asc
        ) as first_try,
        row_number() over (
            partition by source_format, trace_id, operation, call_ordinal
            order by started_us asc, has_error desc, sighting_id asc
        ) as try_no,
        count(*) over (partition by source_format, trace_id, operation, call_ordinal) as tries
    from numbered
)

select
    coalesce(w.sighting_id, c.sighting_id) as lead_id,
    min('tries:' || c.first_try) as call_key,
    min(c.try_no) as attempt_no
from chained as c
left join steps.members as m on c.sighting_id = m.sighting_id
left join steps.members as w on m.group_key = w.group_key and w.place = 1
where c.tries > 1
group by coalesce(w.sighting_id, c.sighting_id)
