-- One row per answer in a delivered Gemini CLI session or line of one, as text
-- grain: source_line, record_key
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"sessionId": "VARCHAR", "projectHash": "VARCHAR", "startTime": "VARCHAR", "lastUpdated": "VARCHAR",
            "id": "VARCHAR", "type": "VARCHAR", "timestamp": "VARCHAR", "tokens": "JSON", "messages": ["JSON"]}'
        ) as told
    from raw.staged
),

-- A session is one document of messages, or a line of its own data and then a line for each message.
placed as (
    select
        source_line,
        record,
        told,
        max(told.sessionid) over () as session_id,
        max(told.projecthash) over () as project_hash,
        count(distinct told.sessionid) over () as sessions
    from delivered
),

messages as (
    select
        source_line,
        record,
        coalesce(told.sessionid, if(sessions = 1, session_id, null)) as session_id,
        coalesce(told.projecthash, if(sessions = 1, project_hash, null)) as project_hash,
        told.lastupdated as version,
        coalesce(told.messages, [json(record)]) as held,
        told.messages is null
        and told.sessionid is null
        and (told.type is null or told.type = 'gemini')
        and told.tokens is null
        -- A name with a dollar sign changes the session's own data.
        and not coalesce(starts_with(json_keys(record)[1], chr(36)), false) as is_nothing
    from placed
),

opened as (
    select
        source_line,
        record,
        session_id,
        project_hash,
        version,
        is_nothing,
        from_json(
            unnest(if(is_nothing, [json('{}')], list_filter(
                held, lambda m: m ->> 'type' = 'gemini' and json_type(m, '$.tokens') is not null
            ))),
            '{"id": "VARCHAR", "timestamp": "VARCHAR", "model": "VARCHAR", "tokens": {"input": "VARCHAR",
            "output": "VARCHAR", "cached": "VARCHAR", "thoughts": "VARCHAR", "tool": "VARCHAR", "total": "VARCHAR"}}'
        ) as answer
    from messages
)

select
    source_line,
    record,
    case
        when is_nothing
            then
                'neither a session of Gemini CLI nor a message of one; deliver its chats folder as it is'
        when answer.id is null then 'an answer without an id cannot be counted once; deliver the file as it is'
        when
            answer.tokens is null
            then 'the tokens of answer ' || answer.id || ' are no object; deliver the file as it is'
    end as reject_reason,
    answer.id as record_key,
    version,
    3 as witness,
    session_id as trace_id,
    answer.timestamp as started,
    'gemini' as provider_name,
    answer.model as response_model,
    'chat' as operation,
    'gemini' as usage_rule,
    cast(json_object(
        'promptTokenCount', answer.tokens.input,
        'candidatesTokenCount', answer.tokens.output,
        'cachedContentTokenCount', answer.tokens.cached,
        'thoughtsTokenCount', answer.tokens.thoughts,
        'toolUsePromptTokenCount', answer.tokens.tool,
        'totalTokenCount', answer.tokens.total
    ) as varchar) as usage,
    session_id,
    'gemini-cli' as service_name,
    told_map(json_object('project_hash', project_hash)) as attributes
from opened
