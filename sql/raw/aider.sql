-- One row per delivered message that aider sent to a model, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"event": "VARCHAR", "user_id": "VARCHAR", "time": "VARCHAR", "properties": {"main_model": "VARCHAR",
            "edit_format": "VARCHAR", "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR",
            "total_tokens": "VARCHAR", "cost": "VARCHAR", "aider_version": "VARCHAR"}}'
        ) as told
    from raw.staged
)

-- `total_cost` is the session's so far: it is never added.
select
    source_line,
    record,
    case
        when told.event is null then 'not an event of aider''s analytics log; deliver the log as aider wrote it'
        when told.properties.main_model is null then 'the event names no model; deliver the log as aider wrote it'
    end as reject_reason,
    5 as witness,
    told.time as started,
    case when contains(told.properties.main_model, '/') then split_part(told.properties.main_model, '/', 1) end
        as provider_name,
    told.properties.main_model as request_model,
    'chat' as operation,
    'litellm' as usage_rule,
    cast(json_object(
        'prompt_tokens', told.properties.prompt_tokens,
        'completion_tokens', told.properties.completion_tokens,
        'total_tokens', told.properties.total_tokens
    ) as varchar) as usage,
    told.properties.cost,
    told.user_id,
    'aider' as service_name,
    told_map(json_object('edit_format', told.properties.edit_format)) as attributes
from delivered
where coalesce(told.event, 'message_send') = 'message_send'
