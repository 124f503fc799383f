-- One row per delivered Langfuse observation or trace: what it says, under the names of either export
-- grain: source_line
with
-- Blob storage writes snake_case, the pages camelCase.
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "trace_id": "VARCHAR", "parent_observation_id": "VARCHAR", "type": "VARCHAR",
            "start_time": "VARCHAR", "end_time": "VARCHAR", "name": "VARCHAR", "timestamp": "VARCHAR",
            "environment": "VARCHAR", "level": "VARCHAR", "status_message": "VARCHAR", "metadata": "JSON",
            "provided_model_name": "VARCHAR", "model": "VARCHAR", "usage_details": "JSON", "cost_details": "JSON",
            "total_cost": "VARCHAR", "prompt_name": "VARCHAR", "prompt_version": "VARCHAR", "user_id": "VARCHAR",
            "session_id": "VARCHAR", "tags": "JSON", "trace_name": "VARCHAR", "updated_at": "VARCHAR"}'
        ) as snake,
        from_json(
            record,
            '{"traceId": "VARCHAR", "parentObservationId": "VARCHAR", "startTime": "VARCHAR", "endTime": "VARCHAR",
            "statusMessage": "VARCHAR", "providedModelName": "VARCHAR", "usageDetails": "JSON",
            "costDetails": "JSON", "totalCost": "VARCHAR", "promptName": "VARCHAR", "promptVersion": "VARCHAR",
            "userId": "VARCHAR", "sessionId": "VARCHAR", "traceTags": "JSON", "traceName": "VARCHAR",
            "updatedAt": "VARCHAR", "promptTokens": "VARCHAR", "completionTokens": "VARCHAR",
            "totalTokens": "VARCHAR", "calculatedTotalCost": "VARCHAR"}'
        ) as camel
    from raw.staged
),

told as (
    select
        source_line,
        record,
        nullif(snake.id, '') as id,
        nullif(coalesce(snake.trace_id, camel.traceid), '') as trace_id,
        nullif(coalesce(snake.parent_observation_id, camel.parentobservationid), '') as parent_id,
        upper(snake.type) as kind,
        nullif(coalesce(snake.start_time, camel.starttime), '') as started,
        nullif(coalesce(snake.end_time, camel.endtime), '') as ended,
        nullif(snake.timestamp, '') as stamped,
        nullif(snake.name, '') as own_name,
        nullif(nullif(snake.environment, ''), 'default') as environment,
        snake.level = 'ERROR' as is_error,
        coalesce(snake.status_message, camel.statusmessage) as message,
        nullif(coalesce(snake.provided_model_name, camel.providedmodelname, snake.model), '') as model,
        coalesce(snake.total_cost, camel.totalcost, camel.calculatedtotalcost) as total_cost,
        nullif(coalesce(snake.prompt_name, camel.promptname), '') as prompt_name,
        nullif(coalesce(snake.prompt_version, camel.promptversion), '') as prompt_version,
        nullif(coalesce(snake.user_id, camel.userid), '') as user_id,
        nullif(coalesce(snake.session_id, camel.sessionid), '') as session_id,
        nullif(coalesce(snake.trace_name, camel.tracename), '') as trace_name,
        coalesce(snake.updated_at, camel.updatedat) as updated_at,
        -- A CSV holds them as JSON text.
        [
            case json_type(j) when 'VARCHAR' then try_cast(j ->> '$' as json) else j end
            for j in [
                coalesce(snake.usage_details, camel.usagedetails, case
                    when coalesce(camel.prompttokens, camel.completiontokens) is not null
                        then json_object(
                            'input', camel.prompttokens, 'output', camel.completiontokens, 'total', camel.totaltokens
                        )
                end),
                coalesce(snake.cost_details, camel.costdetails),
                snake.metadata,
                coalesce(snake.tags, camel.tracetags)
            ]
        ] as parts
    from delivered
)

select
    source_line,
    record,
    id,
    trace_id,
    parent_id,
    kind,
    started,
    ended,
    stamped,
    own_name,
    environment,
    is_error,
    message,
    model,
    total_cost,
    prompt_name,
    prompt_version,
    user_id,
    session_id,
    trace_name,
    updated_at,
    from_json(parts[1], '"MAP(VARCHAR, VARCHAR)"') as usage_details,
    parts[2] ->> 'total' as details_cost,
    coalesce(from_json(parts[3], '"MAP(VARCHAR, VARCHAR)"'), map()) as metadata,
    list_filter(coalesce(from_json(parts[4], '["VARCHAR"]'), []), lambda t: strpos(t, ':') > 1) as tags
from told
