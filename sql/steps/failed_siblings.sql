-- One row per call that was asked again right after it failed, or is such a repetition: same parent and input
-- grain: lead_id
with
asked as (
    select
        c.lead_id,
        t.parent_no,
        o.operation,
        o.request_model,
        o.input_hash,
        o.started_at,
        o.ended_at,
        o.has_error,
        t.span_no
    from steps.attributed_calls as c
    inner join steps.span_tree as t on c.span_no = t.span_no
    inner join steps.sightings as s on t.sighting_id = s.sighting_id
    inner join steps.otlp_calls as o on s.trace_id = o.trace_id and s.span_id = o.span_id
    where t.role = 'call' and t.parent_no is not null and o.input_hash is not null
),

compared as (
    select
        *,
        lag(has_error) over tries as previous_failed,
        lag(request_model) over tries as previous_model,
        date_diff('microsecond', lag(ended_at) over tries, started_at) as pause_us
    from asked
    window
        tries as (
            partition by parent_no, operation, input_hash
            order by started_at, span_no
        )
),

marked as (
    select
        *,
        case when previous_failed and pause_us >= 0 and pause_us <= 60000000 then 0 else 1 end as starts_call,
        case when request_model <> previous_model then 'fallback_sibling' else 'failed_sibling' end as evidence
    from compared
),

numbered as (
    select
        *,
        sum(starts_call) over (
            partition by parent_no, operation, input_hash
            order by started_at, span_no
            rows between unbounded preceding and current row
        ) as call_ordinal
    from marked
),

-- A retry is told by the try before it, the first try by the one after it.
chained as (
    select
        lead_id,
        min(lead_id) over (partition by parent_no, operation, input_hash, call_ordinal) as first_lead,
        count(*) over (partition by parent_no, operation, input_hash, call_ordinal) as attempts,
        case
            when starts_call = 0 then evidence
            else lead(evidence) over (
                partition by parent_no, operation, input_hash, call_ordinal order by started_at, span_no
            )
        end as evidence
    from numbered
)

select
    lead_id,
    'siblings:' || min(first_lead) as call_key,
    max(evidence) as evidence
from chained
where attempts > 1
group by lead_id
