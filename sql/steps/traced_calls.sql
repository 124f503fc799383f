-- One row per call of a trace, with what tells it from another call
-- grain: span_no
select
    t.span_no,
    t.sighting_id,
    t.trace_id,
    s.witness,
    s.provider_response_id,
    s.started_at,
    s.ended_at,
    s.prompt_tokens,
    s.completion_tokens,
    s.request_model,
    s.response_model,
    -- Two sources that tell of one span tell of one call.
    coalesce(
        i.group_key,
        min(i.group_key) over (partition by t.trace_id, s.span_id),
        'one:' || min(t.sighting_id) over (partition by t.trace_id, s.span_id)
    ) as group_key,
    case
        when lower(s.operation) like '%embed%' then 'embedding'
        when lower(s.operation) like '%rerank%' then 'rerank'
        when lower(s.operation) like '%image%' then 'image'
        when s.operation is not null then 'generation'
    end as work
from steps.span_tree as t
inner join steps.sightings as s on t.sighting_id = s.sighting_id
left join steps.same_ids as i on t.sighting_id = i.sighting_id
where t.role = 'call'
