-- One row per delivered record: what its wrapper says, and the events of the provider's response it holds
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"response": "JSON", "body": "JSON", "response_body": "JSON", "raw_response": "JSON", "result": "JSON",
            "events": "JSON", "chunks": "JSON", "request": "JSON", "request_body": "JSON", "error": "JSON",
            "headers": "JSON", "response_headers": "JSON", "request_headers": "JSON", "metadata": "JSON",
            "properties": "JSON", "labels": "JSON", "attributes": "JSON", "context": "JSON", "tags": "JSON",
            "started_at": "VARCHAR", "start_time": "VARCHAR", "requested_at": "VARCHAR", "request_time": "VARCHAR",
            "timestamp": "VARCHAR", "@timestamp": "VARCHAR", "ts": "VARCHAR", "time": "VARCHAR", "date": "VARCHAR",
            "created_at": "VARCHAR", "logged_at": "VARCHAR", "received_at": "VARCHAR",
            "ended_at": "VARCHAR", "end_time": "VARCHAR", "finished_at": "VARCHAR", "completed_at": "VARCHAR",
            "latency_ms": "VARCHAR", "duration_ms": "VARCHAR", "elapsed_ms": "VARCHAR",
            "provider": "VARCHAR", "provider_name": "VARCHAR", "provider_id": "VARCHAR", "vendor": "VARCHAR",
            "platform": "VARCHAR", "region_scope": "VARCHAR", "region": "VARCHAR", "url": "VARCHAR",
            "endpoint": "VARCHAR", "path": "VARCHAR", "base_url": "VARCHAR", "api_base": "VARCHAR",
            "host": "VARCHAR", "model": "VARCHAR", "request_model": "VARCHAR", "model_id": "VARCHAR",
            "modelId": "VARCHAR", "deployment": "VARCHAR", "operation": "VARCHAR", "status": "VARCHAR",
            "status_code": "VARCHAR", "http_status": "VARCHAR", "response_status": "VARCHAR",
            "request_id": "VARCHAR", "log_id": "VARCHAR", "call_id": "VARCHAR", "custom_id": "VARCHAR",
            "trace_id": "VARCHAR", "span_id": "VARCHAR", "parent_span_id": "VARCHAR", "attempt": "VARCHAR",
            "retry_count": "VARCHAR", "stream": "VARCHAR", "streaming": "VARCHAR", "batch": "VARCHAR",
            "is_batch": "VARCHAR", "cost_usd": "VARCHAR", "error_type": "VARCHAR", "account_id": "VARCHAR",
            "organization_id": "VARCHAR", "id": "VARCHAR", "user_id": "VARCHAR", "session_id": "VARCHAR",
            "modelOutput": "JSON", "processed_time": "VARCHAR", "key": "VARCHAR"}'
        ) as told
    from raw.staged
),

opened as (
    select
        source_line,
        record,
        told,
        told_json(told.response) as response,
        told_json(told.error) as error_object,
        from_json(
            coalesce(told_json(told.request), told_json(told.request_body)),
            '{"body": {"model": "VARCHAR", "stream": "VARCHAR"}, "model": "VARCHAR", "modelId": "VARCHAR",
            "stream": "VARCHAR", "url": "VARCHAR", "metadata": "JSON", "user": "VARCHAR", "headers": "JSON"}'
        ) as asked,
        from_json(
            told_json(told.response),
            '{"body": "JSON", "headers": "JSON", "status_code": "VARCHAR", "status": "VARCHAR", "url": "VARCHAR"}'
        ) as answered,
        from_json(told_json(told.result), '{"type": "VARCHAR", "message": "JSON", "error": "JSON"}') as batch_result,
        [
            t for t in [
                told.response ->> '$', told.body ->> '$', told.response_body ->> '$', told.raw_response ->> '$'
            ]
            if regexp_matches(t, 'data: ?\{|^\s*\{[^\n]*\}\s*\n\s*\{')
        ][1] as event_text
    from delivered
),

-- A stream may be logged as it came over the wire, events or an object a line.
listed as (
    select
        *,
        [
            told_json(answered.body),
            told_container(
                '[' || array_to_string(regexp_extract_all(event_text, '(?m)^(?:data: ?)?(\{.*\})\s*$', 1), ',') || ']'
            ),
            response,
            told_json(told.body),
            told_json(told.response_body),
            told_json(told.raw_response),
            told_json(batch_result.message),
            told_json(told.events),
            told_json(told.chunks),
            told_json(told.modeloutput)
        ] as candidates
    from opened
),

-- The body is the part that tells of usage; a key inside a text stands behind a backslash, not a bracket or comma.
found as (
    select
        *,
        coalesce(
            list_filter(candidates, lambda c: coalesce(regexp_matches(
                cast(c as varchar),
                '[{,]\s*"(usage|usageMetadata|usage_metadata|billed_units|inputTextTokenCount|prompt_token_count'
                || '|prompt_eval_count|eval_count|usage_info|amazon-bedrock-invocationMetrics)"'
            ), false))[1],
            case
                when
                    json_type(record, '$.usage') = 'OBJECT'
                    or json_type(record, '$.usageMetadata') = 'OBJECT'
                    or json_type(record, '$.usage_metadata') = 'OBJECT'
                    or json_type(record, '$.meta.billed_units') = 'OBJECT'
                    or json_exists(record, '$.inputTextTokenCount')
                    or json_exists(record, '$.prompt_token_count')
                    or json_exists(record, '$.eval_count')
                    or json_exists(record, '$.object')
                    then cast(record as json)
            end,
            list_filter(candidates, lambda c: c is not null)[1],
            -- Of a record without any answer the id is the log's own.
            json_merge_patch(record, '{"id": null}')
        ) as body
    from listed
),

-- Events of a stream hold the answer, or parts of it, one level down.
parts as (
    select
        * exclude (candidates, event_text, body),
        coalesce(json_type(body) = 'ARRAY', false) as is_array,
        list_transform(
            case when json_type(body) = 'ARRAY' then from_json(body, '["JSON"]') else [body] end,
            lambda e: case
                when e ->> 'type' = 'message_start' and json_type(e, '$.message') = 'OBJECT' then e -> 'message'
                when json_type(e, '$.response') = 'OBJECT' then e -> 'response'
                when json_type(e, '$.metadata.usage') = 'OBJECT' then e -> 'metadata'
                when json_type(e, '$.delta.usage') = 'OBJECT' then e -> 'delta'
                when json_type(e, '$.result.usage') = 'OBJECT' then e -> 'result'
                when json_type(e, '$.interaction') = 'OBJECT' then e -> 'interaction'
                else e
            end
        ) as events
    from found
)

select
    source_line,
    record,
    told,
    asked,
    answered,
    batch_result,
    error_object,
    is_array,
    events
from parts
