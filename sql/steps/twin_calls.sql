-- One row per call without a response id that another record of the same call tells of, outside the span tree
-- grain: group_key
with
told as (
    select
        *,
        coalesce(prompt_tokens, -1) as prompt,
        coalesce(completion_tokens, 0) as completion
    from steps.traced_calls
    where prompt_tokens is not null or provider_response_id is null
),

-- Layers side by side: equal tokens (or none at all) in one trace, where some calls have ids or a better witness
-- and some have not.
layered as (
    select
        trace_id,
        prompt,
        completion,
        count(provider_response_id) as with_id,
        min(witness) as best_witness,
        max(witness) as last_witness
    from told
    group by trace_id, prompt, completion
    having
        count(*) > count(provider_response_id)
        and (count(provider_response_id) > 0 or min(witness) < max(witness))
),

sides as (
    select
        c.*,
        case
            when l.with_id > 0 then c.provider_response_id is null
            when c.witness = l.last_witness then true
            when c.witness = l.best_witness then false
        end as is_outer
    from told as c
    inner join layered as l on c.trace_id = l.trace_id and c.prompt = l.prompt and c.completion = l.completion
),

ordered as (
    select
        *,
        row_number() over (
            partition by trace_id, prompt, completion, is_outer order by started_at asc, span_no asc
        ) as place,
        row_number() over (
            partition by trace_id, prompt, completion
            order by started_at asc, is_outer desc, span_no asc
        ) as moment,
        count(*) filter (where is_outer) over (partition by trace_id, prompt, completion) as outers,
        count(*) filter (where not is_outer) over (partition by trace_id, prompt, completion) as inners
    from sides
    where is_outer is not null
),

dated as (
    select
        *,
        max(case when is_outer then moment end) over (
            partition by trace_id, prompt, completion
            order by moment rows between unbounded preceding and current row
        ) as outer_moment
    from ordered
),

-- One by one where both layers saw as many, else the last one that began before.
paired as (
    select
        o.group_key,
        i.group_key as twin_group,
        o.span_no,
        row_number() over (partition by o.span_no order by i.moment asc) as turn
    from dated as i
    inner join dated as o
        on
            i.trace_id = o.trace_id
            and i.prompt = o.prompt
            and i.completion = o.completion
            and case when i.outers = i.inners then i.place = o.place else i.outer_moment = o.moment end
    where
        not i.is_outer
        and o.is_outer
        and o.group_key <> i.group_key
        and o.started_at <= i.started_at
        and o.ended_at >= i.ended_at
        and (
            o.request_model = i.request_model
            or o.response_model = i.response_model
            or o.request_model = i.response_model
            or o.response_model = i.request_model
            or coalesce(o.request_model, o.response_model) is null
            or coalesce(i.request_model, i.response_model) is null
        )
),

-- A record outside the tree that names the span, or whose own key the span names.
named as (
    select
        s.sighting_id,
        t.group_key as twin_group
    from steps.traced_calls as t
    inner join steps.sightings as o on t.sighting_id = o.sighting_id
    inner join steps.sightings as s on o.trace_id = s.trace_id and o.span_id = s.span_id
    where
        s.role = 'call'
        and s.span_name is null
        and s.provider_response_id is null
        and not coalesce(s.is_cache_hit, false)
    union all
    select
        s.sighting_id,
        t.group_key as twin_group
    from steps.traced_calls as t
    inner join steps.gateway_spans as c on t.sighting_id = c.sighting_id
    inner join steps.sightings as s on c.record_id = s.sighting_id
    where
        s.role = 'call'
        and s.provider_response_id is null
        and not coalesce(s.is_cache_hit, false)
),

-- Logfire ends the span of a stream with its first chunk, and tells the answer in a record without length.
streamed as (
    select
        c.group_key,
        c.started_at,
        c.ended_at = c.started_at as is_answer,
        row_number() over (
            partition by c.trace_id, s.parent_span_id, c.request_model, c.ended_at = c.started_at
            order by c.started_at asc, c.span_no asc
        ) as place,
        c.trace_id,
        s.parent_span_id,
        c.request_model
    from steps.traced_calls as c
    inner join steps.sightings as s on c.sighting_id = s.sighting_id
    inner join steps.otlp_fields as f on s.trace_id = f.trace_id and s.span_id = f.span_id
    where
        f.scope_name like 'logfire.%'
        and c.provider_response_id is null
        and not coalesce(s.has_error, false)
        and (c.ended_at = c.started_at or c.prompt_tokens is null)
),

answered as (
    select
        o.group_key,
        a.group_key as twin_group
    from streamed as o
    inner join streamed as a
        on
            o.trace_id = a.trace_id
            and o.parent_span_id is not distinct from a.parent_span_id
            and o.request_model = a.request_model
            and o.place = a.place
    where not o.is_answer and a.is_answer and o.started_at <= a.started_at
),

twins as (
    select
        group_key,
        twin_group
    from paired
    where turn = 1
    union all
    select
        group_key,
        twin_group
    from answered
    union all
    select
        'one:' || sighting_id as group_key,
        twin_group
    from named
    union all
    select
        group_key,
        twin_group
    from steps.agent_twins
)

select
    group_key,
    min(twin_group) as twin_group
from twins
group by group_key
