-- One row per attempt at a counted call of which more is known than the call's own record tells
-- grain: lead_id, try_no
with
tries as (
    select
        lead_id,
        try_no,
        tries,
        span_id,
        started_at,
        ended_at,
        http_status,
        error_type,
        has_error,
        case when tries > 1 then 'http_spans' end as evidence
    from steps.http_tries
    union all
    select
        lead_id,
        try_no,
        resends + 1 as tries,
        null as span_id,
        started_at,
        null as ended_at,
        null as http_status,
        null as error_type,
        true as has_error,
        'resend_count' as evidence
    from steps.resends
    union all
    select distinct
        lead_id,
        resends + 1 as try_no,
        resends + 1 as tries,
        null as span_id,
        cast(null as timestamp) as started_at,
        null as ended_at,
        null as http_status,
        null as error_type,
        false as has_error,
        'resend_count' as evidence
    from steps.resends
),

told as (
    select distinct lead_id
    from tries
),

single as (
    select
        c.lead_id,
        1 as try_no,
        1 as tries,
        null as span_id,
        cast(null as timestamp) as started_at,
        cast(null as timestamp) as ended_at,
        null as http_status,
        null as error_type,
        false as has_error,
        null as evidence
    from steps.call_chains as c
    left join told as t on c.lead_id = t.lead_id
    where t.lead_id is null
),

every_try as (
    select * from tries
    union all
    select * from single
),

sized as (
    select
        lead_id,
        max(tries) as tries
    from every_try
    group by lead_id
),

placed as (
    select
        z.lead_id,
        c.call_key,
        c.evidence,
        c.attempt_no,
        coalesce(c.place = c.attempts, true) as is_last_call,
        coalesce(
            sum(z.tries) over (
                partition by coalesce(c.call_key, z.lead_id)
                order by c.place rows between unbounded preceding and 1 preceding
            ),
            0
        ) as tries_before
    from sized as z
    left join steps.call_chains as c on z.lead_id = c.lead_id
)

select
    t.lead_id,
    t.try_no,
    t.try_no < t.tries as is_extra,
    cast(greatest(coalesce(p.attempt_no, 0), p.tries_before + t.try_no) as bigint) as attempt_no,
    p.is_last_call and t.try_no = t.tries as is_final_attempt,
    coalesce(t.evidence is not null or p.evidence = 'gateway_log' or t.span_id is not null, false) as is_count_known,
    p.call_key,
    coalesce(t.evidence, p.evidence) as retry_evidence,
    t.span_id,
    t.started_at,
    t.ended_at,
    t.http_status,
    t.error_type,
    t.has_error
from every_try as t
inner join placed as p on t.lead_id = p.lead_id
