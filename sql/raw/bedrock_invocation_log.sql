-- One row per delivered record of Bedrock's model invocation log, as text
-- grain: source_line
with
-- A subscription and `aws logs` deliver batches of events, a query of CloudWatch rows of fields.
delivered as (
    select
        source_line,
        record,
        coalesce(
            nullif(from_json(json_extract(record, '$.logEvents'), '["JSON"]'), []),
            nullif(from_json(json_extract(record, '$.events'), '["JSON"]'), []),
            nullif(list_transform(
                from_json(json_extract(record, '$.results'), '[[{"field": "VARCHAR", "value": "VARCHAR"}]]'),
                lambda r: json_object('message', list_filter(r, lambda f: f.field = '@message')[1].value)
            ), []),
            [cast(record as json)]
        ) as events
    from raw.staged
),

events as (
    select
        source_line,
        case when len(events) = 1 then record end as record,
        unnest(events) as event
    from delivered
),

read as (
    select
        source_line,
        coalesce(record, cast(event as varchar)) as record,
        from_json(
            coalesce(told_json(event -> '$.message'), told_json(event -> '$."@message"'), event),
            '{"schemaType": "VARCHAR", "timestamp": "VARCHAR", "accountId": "VARCHAR", "region": "VARCHAR",
            "requestId": "VARCHAR", "operation": "VARCHAR", "modelId": "VARCHAR", "errorCode": "VARCHAR",
            "identity": {"arn": "VARCHAR"}, "requestMetadata": "JSON",
            "input": {"inputTokenCount": "VARCHAR", "cacheReadInputTokenCount": "VARCHAR",
            "cacheWriteInputTokenCount": "VARCHAR"},
            "output": {"outputTokenCount": "VARCHAR", "outputBodyJson": "JSON"}}'
        ) as told
    from events
),

-- The logged answer is an object, or the events of a stream.
parts as (
    select
        source_line,
        record,
        told,
        json_type(told.output.outputbodyjson) = 'ARRAY' as is_array,
        from_json(
            case
                when json_type(told.output.outputbodyjson) = 'ARRAY' then told.output.outputbodyjson
                when json_type(told.output.outputbodyjson) = 'OBJECT' then json_array(told.output.outputbodyjson)
                else '[]'
            end,
            '[{"id": "VARCHAR", "model": "VARCHAR", "stop_reason": "VARCHAR", "stopReason": "VARCHAR",
            "message": {"id": "VARCHAR", "model": "VARCHAR", "usage": "JSON"}, "usage": "JSON",
            "delta": {"stop_reason": "VARCHAR"}, "messageStop": {"stopReason": "VARCHAR"},
            "metadata": {"usage": "JSON", "metrics": {"latencyMs": "VARCHAR"}}, "metrics": {"latencyMs": "VARCHAR"},
            "amazon-bedrock-invocationMetrics": {"invocationLatency": "VARCHAR"},
            "service_tier": "VARCHAR", "serviceTier": {"type": "VARCHAR"},
            "results": [{"completionReason": "VARCHAR"}], "choices": [{"finish_reason": "VARCHAR"}]}]'
        ) as answers
    from read
),

merged as (
    select
        *,
        list_filter(
            list_transform(answers, lambda a: coalesce(a.usage, a.message.usage, a.metadata.usage)),
            lambda u: json_type(u) = 'OBJECT'
        ) as usages,
        told.errorcode <> '' as is_failed,
        cast(json_object(
            'inputTokenCount', told.input.inputtokencount,
            'outputTokenCount', told.output.outputtokencount,
            'cacheReadInputTokenCount', told.input.cachereadinputtokencount,
            'cacheWriteInputTokenCount', told.input.cachewriteinputtokencount
        ) as varchar) as counts
    from parts
)

select
    source_line,
    record,
    case
        when coalesce(told.schematype, '') <> 'ModelInvocationLog' or told.requestid is null
            then 'not a record of Bedrock''s model invocation log with its requestId; deliver the log as AWS wrote it'
    end as reject_reason,
    told.requestid as record_key,
    1 as witness,
    told.timestamp as started,
    coalesce(
        list_filter(list_transform(answers, lambda a: coalesce(
            a.metrics.latencyms, a.metadata.metrics.latencyms, a."amazon-bedrock-invocationMetrics".invocationlatency
        )), lambda v: v is not null)[1]
    ) as duration_ms,
    'bedrock' as provider_name,
    'bedrock' as platform_name,
    told.modelid as request_model,
    list_filter(list_transform(answers, lambda a: coalesce(a.model, a.message.model)), lambda v: v <> '')[1]
        as response_model,
    case
        when regexp_matches(told.modelid, 'embed') then 'embeddings'
        when regexp_matches(told.modelid, 'rerank') then 'rerank'
        else 'chat'
    end as operation,
    list_filter(list_transform(answers, lambda a: coalesce(a.service_tier, a.servicetier.type)), lambda v: v <> '')[1]
        as service_tier,
    coalesce(
        list_filter(list_transform(answers, lambda a: coalesce(a.id, a.message.id)), lambda v: v <> '')[1],
        told.requestid
    ) as provider_response_id,
    case when told.operation is not null then cast(contains(told.operation, 'Stream') as varchar) end as is_streaming,
    cast(coalesce(is_failed, false) as varchar) as has_error,
    nullif(told.errorcode, '') as error_type,
    case
        when told.errorcode in ('ThrottlingException', 'ModelNotReadyException') then '429'
        when told.errorcode in ('ValidationException', 'ServiceQuotaExceededException', 'ConflictException') then '400'
        when told.errorcode = 'AccessDeniedException' then '403'
        when told.errorcode = 'ResourceNotFoundException' then '404'
        when told.errorcode = 'ModelTimeoutException' then '408'
        when told.errorcode in ('ModelErrorException', 'ModelStreamErrorException') then '424'
        when told.errorcode = 'InternalServerException' then '500'
        when told.errorcode = 'ServiceUnavailableException' then '503'
        when not coalesce(is_failed, false) then '200'
    end as http_status,
    list_filter(list_transform(answers, lambda a: coalesce(
        a.stop_reason, a.stopreason, a.delta.stop_reason, a.messagestop.stopreason, a.results[1].completionreason,
        a.choices[1].finish_reason
    )), lambda v: v <> '')[-1] as finish_reason,
    told.accountid as account_id,
    'bedrock_metrics' as usage_rule,
    case
        when
            coalesce(
                told.input.inputtokencount, told.output.outputtokencount, told.input.cachereadinputtokencount,
                told.input.cachewriteinputtokencount
            ) is not null
            then cast(json_merge_patch(if(len(usages) > 0, told_merged(usages), '{}'), counts) as varchar)
        when len(usages) > 0 then cast(told_merged(usages) as varchar)
    end as usage,
    map_concat(
        coalesce(told_map(told.requestmetadata), map()),
        told_map(json_object('identity.arn', told.identity.arn))
    ) as attributes
from merged
