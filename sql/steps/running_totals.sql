-- One row per call of Spring AI before version 2 whose usage holds that of the prompt's earlier calls, and how much
-- grain: trace_id, span_id
--
-- Where the model itself runs the tools, it tells each later call with the earlier ones added. Spring AI before
-- version 2 runs on Spring Boot 3, whose version its spans carry. What each call adds is at least what the call
-- before added, as its prompt holds all of that: else the calls are told one by one, and stay as told.
with
spans as (
    select
        f.trace_id,
        f.span_id,
        f.parent_span_id,
        f.request_model,
        f.started_at,
        f.ended_at,
        f.span_name,
        f.finish_reason,
        f.stated_input_tokens as input_tokens,
        f.stated_output_tokens as output_tokens
    from steps.otlp_fields as f
    inner join steps.otlp_spans as s on f.trace_id = s.trace_id and f.span_id = s.span_id
    where f.scope_name like 'org.springframework%' and s.scope_version like '3.%'
),

tooled as (
    select
        *,
        sum(case when span_name like 'tool!_call%' escape '!' then 1 else 0 end) over (
            partition by trace_id, parent_span_id
            order by started_at asc, span_id asc
        ) as tools_before
    from spans
),

preceded as (
    select
        *,
        lag(input_tokens) over calls as earlier_input_tokens,
        lag(output_tokens) over calls as earlier_output_tokens,
        coalesce(
            lag(ended_at) over calls <= started_at
            and (lag(tools_before) over calls < tools_before or lower(lag(finish_reason) over calls) like '%tool%'),
            false
        ) as is_later
    from tooled
    where input_tokens is not null and output_tokens is not null
    window calls as (partition by trace_id, parent_span_id, request_model order by started_at asc, span_id asc)
),

prompted as (
    select
        *,
        input_tokens - case when is_later then earlier_input_tokens else 0 end as added_input_tokens,
        output_tokens - case when is_later then earlier_output_tokens else 0 end as added_output_tokens,
        sum(case when is_later then 0 else 1 end) over (
            partition by trace_id, parent_span_id, request_model
            order by started_at asc, span_id asc
        ) as prompt_no
    from preceded
),

grown as (
    select
        *,
        added_output_tokens >= 0
        and added_input_tokens >= coalesce(lag(added_input_tokens) over calls, 0) as is_grown
    from prompted
    window calls as (
        partition by trace_id, parent_span_id, request_model, prompt_no
        order by started_at asc, span_id asc
    )
),

summed as (
    select
        *,
        min(case when is_grown then 1 else 0 end) over (
            partition by trace_id, parent_span_id, request_model, prompt_no
            order by started_at asc, span_id asc
        ) as is_sum
    from grown
)

select
    trace_id,
    span_id,
    earlier_input_tokens,
    earlier_output_tokens
from summed
where is_later and is_sum = 1
