-- One row per delivered line of a Claude Code session that tells of a model's answer, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"type": "VARCHAR", "timestamp": "VARCHAR", "sessionId": "VARCHAR", "requestId": "VARCHAR",
            "uuid": "VARCHAR", "isSidechain": "VARCHAR", "agentId": "VARCHAR", "version": "VARCHAR", "cwd": "VARCHAR",
            "gitBranch": "VARCHAR", "costUSD": "VARCHAR",
            "message": {"id": "VARCHAR", "model": "VARCHAR", "stop_reason": "VARCHAR", "usage": {
            "input_tokens": "VARCHAR", "output_tokens": "VARCHAR", "cache_read_input_tokens": "VARCHAR",
            "cache_creation_input_tokens": "VARCHAR", "cache_creation": {"ephemeral_5m_input_tokens": "VARCHAR",
            "ephemeral_1h_input_tokens": "VARCHAR"}, "output_tokens_details": {"thinking_tokens": "VARCHAR"},
            "server_tool_use": {"web_search_requests": "VARCHAR", "web_fetch_requests": "VARCHAR"},
            "service_tier": "VARCHAR", "speed": "VARCHAR", "inference_geo": "VARCHAR"}}}'
        ) as told,
        json_extract(record, '$.message.usage') as usage
    from raw.staged
),

-- Lines of another kind (the user's words, summaries, snapshots) and texts the tool wrote itself are no calls.
answers as (
    select
        *,
        told.message.usage as u,
        coalesce(told.message.id, told.requestid, told.uuid) as message_key
    from delivered
    where
        (coalesce(told.type, 'assistant') = 'assistant' or usage is not null)
        and coalesce(told.message.model, '') <> '<synthetic>'
),

counted as (
    select
        *,
        case
            when len(list_filter(
                [
                    u.input_tokens, u.output_tokens, u.cache_read_input_tokens, u.cache_creation_input_tokens,
                    u.cache_creation.ephemeral_5m_input_tokens, u.cache_creation.ephemeral_1h_input_tokens
                ],
                lambda t: t is not null and told_whole(t) is null
            )) = 0 then message_key
        end as sound_key
    from answers
),

-- A line is written for each block of an answer, with the counts so far; a session that was resumed or handed to a
-- sub-agent repeats lines. So every line of a message tells the same: the most of each count, the first time.
merged as (
    select
        source_line,
        record,
        told,
        usage,
        u,
        sound_key,
        message_key,
        min(told.timestamp) over message as first_time,
        first_value(told) over (
            partition by coalesce(message_key, 'line ' || source_line)
            order by lower(coalesce(told.issidechain, 'false')) asc, told.timestamp asc, told.uuid asc, record asc
        ) as first_told,
        max(told.message.stop_reason) over message as stop_reason,
        max(told.costusd) over message as cost,
        json_object(
            'input_tokens', max(told_whole(u.input_tokens)) over message,
            'output_tokens', max(told_whole(u.output_tokens)) over message,
            'cache_read_input_tokens', max(told_whole(u.cache_read_input_tokens)) over message,
            'cache_creation_input_tokens', max(told_whole(u.cache_creation_input_tokens)) over message,
            'cache_creation', json_object(
                'ephemeral_5m_input_tokens',
                max(told_whole(u.cache_creation.ephemeral_5m_input_tokens)) over message,
                'ephemeral_1h_input_tokens',
                max(told_whole(u.cache_creation.ephemeral_1h_input_tokens)) over message
            ),
            'output_tokens_details', json_object(
                'thinking_tokens', max(told_whole(u.output_tokens_details.thinking_tokens)) over message
            ),
            'server_tool_use', json_object(
                'web_search_requests', max(told_whole(u.server_tool_use.web_search_requests)) over message,
                'web_fetch_requests', max(told_whole(u.server_tool_use.web_fetch_requests)) over message
            ),
            'iterations', cast(max(cast(json_extract(usage, '$.iterations') as varchar)) over message as json)
        ) as most
    from counted
    window message as (partition by coalesce(sound_key, 'line ' || source_line))
)

select
    source_line,
    record,
    case
        when coalesce(json_type(usage), '') <> 'OBJECT'
            then 'the line has no message.usage; deliver the session files of Claude Code as they are'
        when message_key is null then 'the line names neither a message nor a request; it cannot be counted once'
    end as reject_reason,
    message_key as record_key,
    -- What a sub-agent repeats of its parent gives way to the parent's own line.
    case when lower(coalesce(first_told.issidechain, 'false')) = 'false' then 'main' end as version,
    3 as witness,
    first_told.sessionid as trace_id,
    coalesce(first_time, told.timestamp) as started,
    case
        when told.message.id like 'msg\_bdrk\_%' escape '\' then 'bedrock'
        when told.message.id like 'msg\_vrtx\_%' escape '\' then 'vertex'
        else 'anthropic'
    end as provider_name,
    case
        when u.inference_geo in ('us', 'eu') then 'geo_' || u.inference_geo
        when u.inference_geo = 'global' then 'global'
    end as region_scope,
    told.message.model as response_model,
    'chat' as operation,
    if(u.speed = 'fast', 'fast', u.service_tier) as service_tier,
    told.message.id as provider_response_id,
    stop_reason as finish_reason,
    'anthropic' as usage_rule,
    cast(if(sound_key is null, usage, most) as varchar) as usage,
    cost,
    first_told.sessionid as session_id,
    'claude-code' as service_name,
    told_map(json_object(
        'cwd', first_told.cwd,
        'git_branch', first_told.gitbranch,
        'agent_id', first_told.agentid,
        'is_sidechain', first_told.issidechain,
        'version', first_told.version
    )) as attributes
from merged
