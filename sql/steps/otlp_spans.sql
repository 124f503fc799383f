-- One row per span: its most complete version, whichever delivery brought it
-- grain: trace_id, span_id
with
filled_spans as (
    select
        * replace (filled(attributes) as attributes, filled(resource) as resource),
        coalesce(cardinality(attributes), 0) as facts
    from raw.spans
    where record_kind = 'span' and trace_id is not null and span_id is not null
),

spans as (
    select
        *,
        case when ended_at is null then 1 else 0 end as is_unended,
        case
            when attr_output_tokens(attributes) is null and attr_input_tokens(attributes) is null then 1
            else 0
        end as is_unused
    from filled_spans
),

repeated as (
    select
        trace_id,
        span_id
    from spans
    group by trace_id, span_id
    having count(*) > 1
),

ranked as (
    select
        s.*,
        row_number() over (
            partition by s.trace_id, s.span_id
            order by
                s.is_unended asc,
                s.is_unused asc,
                s.facts desc,
                s.ended_at desc,
                s.record_id asc,
                s.source_file asc,
                s.source_line asc
        ) as place
    from spans as s
    inner join repeated as r on s.trace_id = r.trace_id and s.span_id = r.span_id
),

kept as (
    select
        s.*,
        1 as place
    from spans as s
    left join repeated as r on s.trace_id = r.trace_id and s.span_id = r.span_id
    where r.span_id is null
    union all
    select *
    from ranked
    where place = 1
)

select
    trace_id,
    span_id,
    nullif(parent_span_id, '') as parent_span_id,
    span_name,
    kind,
    started_at,
    ended_at,
    day,
    status_code,
    scope_name,
    scope_version,
    coalesce(resource, map()) as resource,
    coalesce(attributes, map()) as attributes,
    trace_state,
    record_id,
    source_format,
    source_file,
    source_line,
    ingested_at
from kept
