-- One row per call without a response id that another layer of its trace saw too, outside the span tree
-- grain: group_key
with
candidates as (
    select
        a.group_key,
        b.group_key as twin_group,
        a.span_no,
        b.span_no as twin_no,
        date_diff('microsecond', a.started_at, b.started_at) as lag_us
    from steps.traced_calls as a
    inner join steps.traced_calls as b
        on
            a.trace_id = b.trace_id
            and a.prompt_tokens = b.prompt_tokens
            and a.completion_tokens = b.completion_tokens
            and (
                a.request_model = b.request_model
                or a.response_model = b.response_model
                or a.request_model = b.response_model
                or a.response_model = b.request_model
            )
            and a.started_at <= b.started_at
            and a.ended_at >= b.ended_at
    where
        a.provider_response_id is null
        and a.group_key <> b.group_key
        and (b.provider_response_id is not null or a.witness > b.witness)
        and a.witness >= b.witness
),

ranked as (
    select
        *,
        row_number() over (partition by span_no order by lag_us asc, twin_no asc) as place,
        row_number() over (partition by twin_no order by lag_us asc, span_no asc) as twin_place
    from candidates
),

-- A record without a span tree that names the span, or whose own key the span names.
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
)

select
    group_key,
    min(twin_group) as twin_group
from ranked
where place = 1 and twin_place = 1
group by group_key
union all
select
    'one:' || sighting_id as group_key,
    min(twin_group) as twin_group
from named
group by sighting_id
