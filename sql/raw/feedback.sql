-- One row per judgement of LangSmith, Phoenix or MLflow exported without its run, or the reason why not
-- grain: source_line, record_id
with
delivered as (
    select
        source_line,
        cast(record as json) as record
    from raw.staged
),

items as (
    select
        source_line,
        unnest(case
            when json_type(record, '$.data') = 'ARRAY' then from_json(record -> 'data', '["JSON"]')
            when json_type(record, '$.traces') = 'ARRAY' then from_json(record -> 'traces', '["JSON"]')
            else [record]
        end) as item
    from delivered
),

-- MLflow keeps assessments within the trace that they judge.
judgements as (
    select
        source_line,
        item ->> 'trace_id' as held_by,
        unnest(case
            when json_type(item, '$.assessments') = 'ARRAY' then from_json(item -> 'assessments', '["JSON"]')
            else [item]
        end) as told
    from items
),

told as (
    select
        source_line,
        told as record,
        nullif(coalesce(told ->> 'id', told ->> 'assessment_id'), '') as own_id,
        nullif(coalesce(told ->> 'key', told ->> 'name', told ->> 'annotation_name', told ->> 'assessment_name'), '')
            as score_name,
        regexp_replace(nullif(coalesce(told ->> 'trace_id', held_by), ''), '^tr-', '') as trace_text,
        nullif(coalesce(told ->> 'run_id', told ->> 'span_id'), '') as span_text,
        -- LangSmith's session is the project.
        case when json_type(told, '$.annotator_kind') is not null then nullif(told ->> 'session_id', '') end
            as session_id,
        nullif(coalesce(told ->> '$.result.label', told ->> '$."result.label"', told ->> 'label'), '') as label,
        nullif(coalesce(
            told ->> '$.result.score', told ->> '$."result.score"', told ->> '$.feedback.value', told ->> 'score'
        ), '') as score_text,
        nullif(told ->> 'value', '') as value_text,
        coalesce(
            told ->> '$.feedback_source.type', told ->> 'annotator_kind', told ->> '$.source.source_type'
        ) as score_source,
        nullif(coalesce(
            told ->> 'modified_at', told ->> 'updated_at', told ->> 'last_update_time', told ->> 'created_at',
            told ->> 'create_time'
        ), '') as stamped,
        json_type(told, '$.expectation') is not null or told ->> 'valid' = 'false' as is_void
    from judgements
),

-- A yes is the number 1, as MLflow's judges mean it; a word is a label, but long ones are free text.
read as (
    select
        *,
        coalesce(
            case when lower(score_text) in ('true', 'yes') then 1 when lower(score_text) in ('false', 'no') then 0 end,
            try_cast(plain_number(score_text) as decimal(38, 18))
        ) as score_number,
        coalesce(
            label,
            case when length(value_text) <= 64 and left(value_text, 1) not in ('{', '[') then value_text end,
            case
                when
                    try_cast(plain_number(score_text) as double) is null
                    and lower(score_text) not in ('true', 'yes', 'false', 'no')
                    and length(score_text) <= 64 and left(score_text, 1) not in ('{', '[')
                    then score_text
            end
        ) as word,
        case when regexp_full_match(trace_text, '[0-9a-fA-F]{32}') then lower(trace_text) else trace_text end
            as trace_id,
        case when regexp_full_match(span_text, '[0-9a-fA-F]{16}') then lower(span_text) else span_text end
            as observation_id,
        try_cast(plain_time(stamped) as timestamptz) at time zone 'UTC' as judged_at
    from told
),

checked as (
    select
        *,
        coalesce(own_id, md5(concat_ws('|', trace_id, observation_id, session_id, score_name))) as score_id,
        case
            when score_name is null then 'the judgement has no name; export key, name or assessment_name with it'
            when coalesce(trace_id, observation_id, session_id) is null
                then 'it judges nothing; export run_id, span_id or trace_id with it'
            when stamped is null then 'the time is missing; export the times of judgements with them'
            when judged_at is null then 'time ' || stamped || ' is not a time; give ISO 8601'
            when judged_at < timestamp '2020-01-01' or judged_at >= timestamp '2100-01-01'
                then 'time ' || stamped || ' is outside 2020 to 2099'
            when abs(score_number) >= 1000000000000 then 'score ' || score_text || ' is not below 10^12'
        end as reject_reason
    from read
)

select
    md5(cast(json_array(
        score_id, stamped, score_name, is_void, cast(score_number as varchar), word, trace_id, observation_id,
        session_id, score_source
    ) as varchar)) as record_id,
    cast(judged_at as date) as day,
    source_line,
    score_id,
    strftime(judged_at, '%Y-%m-%dT%H:%M:%S.%f') as version,
    trace_id,
    observation_id,
    session_id,
    score_name,
    case when is_void then 'VOID' else 'FEEDBACK' end as data_type,
    word as label,
    try_cast(score_number as decimal(18, 6)) as score,
    score_source,
    judged_at,
    reject_reason,
    case when reject_reason is not null then coalesce(cast(record as varchar), 'null') end as reject_text
from checked
order by source_line, record_id
