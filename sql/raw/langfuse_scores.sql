-- One row per delivered Langfuse score, read and checked, or with the reason why not
-- grain: source_line
with
-- Blob storage writes snake_case, the pages camelCase.
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "timestamp": "VARCHAR", "name": "VARCHAR", "value": "VARCHAR", "source": "VARCHAR",
            "data_type": "VARCHAR", "string_value": "VARCHAR", "trace_id": "VARCHAR", "observation_id": "VARCHAR",
            "session_id": "VARCHAR", "updated_at": "VARCHAR"}'
        ) as snake,
        from_json(
            record,
            '{"dataType": "VARCHAR", "stringValue": "VARCHAR", "traceId": "VARCHAR", "observationId": "VARCHAR",
            "sessionId": "VARCHAR", "updatedAt": "VARCHAR"}'
        ) as camel
    from raw.staged
),

told as (
    select
        source_line,
        record,
        nullif(snake.id, '') as score_id,
        nullif(snake.timestamp, '') as stamped,
        nullif(snake.name, '') as score_name,
        nullif(snake.value, '') as score_text,
        nullif(snake.source, '') as score_source,
        upper(coalesce(snake.data_type, camel.datatype)) as data_type,
        nullif(coalesce(snake.string_value, camel.stringvalue), '') as string_value,
        nullif(coalesce(snake.trace_id, camel.traceid), '') as trace_text,
        nullif(coalesce(snake.observation_id, camel.observationid), '') as observation_id,
        nullif(coalesce(snake.session_id, camel.sessionid), '') as session_id,
        left(replace(coalesce(snake.updated_at, camel.updatedat, snake.timestamp), ' ', 'T'), 23) as version
    from delivered
),

read as (
    select
        source_line,
        record,
        score_id,
        stamped,
        score_name,
        score_text,
        score_source,
        data_type,
        -- Free texts and corrections are content.
        case when data_type in ('CATEGORICAL', 'BOOLEAN') then string_value end as label,
        case when regexp_full_match(trace_text, '[0-9a-fA-F]{32}') then lower(trace_text) else trace_text end
            as trace_id,
        observation_id,
        session_id,
        version,
        case when data_type <> 'TEXT' then try_cast(plain_number(score_text) as decimal(38, 18)) end as score_number,
        try_cast(plain_time(stamped) as timestamptz) at time zone 'UTC' as judged_at
    from told
),

checked as (
    select
        *,
        case
            when score_id is null then 'the id is missing; export whole Langfuse scores'
            when score_name is null then 'the score has no name; export whole Langfuse scores'
            when data_type is null then 'the score has no data type; export whole Langfuse scores'
            when coalesce(trace_id, session_id, observation_id) is null
                then 'judges no trace, observation or session'
            when stamped is null then 'timestamp is missing; export whole Langfuse scores'
            when judged_at is null then 'timestamp ' || stamped || ' is not a time; give ISO 8601'
            when judged_at < timestamp '2020-01-01' or judged_at >= timestamp '2100-01-01'
                then 'timestamp ' || stamped || ' is outside 2020 to 2099'
            when
                data_type in ('NUMERIC', 'BOOLEAN') and score_text is not null
                and coalesce(abs(score_number) >= 1000000000000, true)
                then 'value ' || score_text || ' is not a number below 10^12'
        end as reject_reason
    from read
)

select
    md5(cast(json_array(
        score_id, version, score_name, data_type, cast(score_number as varchar), label, trace_id, observation_id,
        session_id, cast(judged_at as varchar), score_source
    ) as varchar)) as record_id,
    cast(judged_at as date) as day,
    source_line,
    score_id,
    version,
    trace_id,
    observation_id,
    session_id,
    score_name,
    data_type,
    label,
    try_cast(score_number as decimal(18, 6)) as score,
    score_source,
    judged_at,
    reject_reason,
    case when reject_reason is not null then record end as reject_text
from checked
order by source_line
