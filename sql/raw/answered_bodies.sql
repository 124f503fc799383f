-- One row per delivered record: the provider's response in it, of a stream the last word on each thing
-- grain: source_line
with
typed as (
    select
        *,
        from_json(
            to_json(list_filter(events, lambda e: json_type(e) = 'OBJECT')),
            '[{"id": "VARCHAR", "object": "VARCHAR", "type": "VARCHAR", "model": "VARCHAR", "modelVersion": "VARCHAR",
            "model_version": "VARCHAR", "responseId": "VARCHAR", "response_id": "VARCHAR",
            "generation_id": "VARCHAR", "created": "VARCHAR", "created_at": "VARCHAR", "createTime": "VARCHAR",
            "create_time": "VARCHAR", "completed_at": "VARCHAR", "service_tier": "VARCHAR", "serviceTier": "VARCHAR",
            "status": "VARCHAR", "stop_reason": "VARCHAR", "stopReason": "VARCHAR", "finish_reason": "VARCHAR",
            "done_reason": "VARCHAR", "delta": {"stop_reason": "VARCHAR", "finish_reason": "VARCHAR"},
            "messageStop": {"stopReason": "VARCHAR"}, "incomplete_details": {"reason": "VARCHAR"},
            "promptFeedback": {"blockReason": "VARCHAR"}, "usage": "JSON", "usageMetadata": "JSON",
            "usage_metadata": "JSON", "meta": "JSON", "usage_info": "JSON", "metadata": "JSON",
            "x_groq": {"id": "VARCHAR", "usage": "JSON"}, "amazon-bedrock-invocationMetrics": "JSON",
            "inputTextTokenCount": "VARCHAR", "totalOutputTextTokenCount": "VARCHAR",
            "prompt_token_count": "VARCHAR", "generation_token_count": "VARCHAR", "prompt_eval_count": "VARCHAR",
            "eval_count": "VARCHAR", "choices": [{"finish_reason": "VARCHAR"}],
            "candidates": [{"finishReason": "VARCHAR", "finish_reason": "VARCHAR",
            "groundingMetadata": {"webSearchQueries": ["VARCHAR"]},
            "grounding_metadata": {"web_search_queries": ["VARCHAR"]}}],
            "results": [{"tokenCount": "VARCHAR", "completionReason": "VARCHAR", "relevance_score": "VARCHAR",
            "relevanceScore": "VARCHAR", "input_token_count": "VARCHAR", "generated_token_count": "VARCHAR"}],
            "output": "JSON", "error": "JSON", "metrics": {"latencyMs": "VARCHAR", "predict_time": "VARCHAR",
            "input_token_count": "VARCHAR", "output_token_count": "VARCHAR"}, "prompt_filter_results": "VARCHAR",
            "details": {"generated_tokens": "VARCHAR"}, "images": "JSON", "model_id": "VARCHAR",
            "error_code": "VARCHAR", "base_resp": {"status_code": "VARCHAR", "status_msg": "VARCHAR"},
            "message": "VARCHAR", "code": "VARCHAR", "__type": "VARCHAR", "total_duration": "VARCHAR",
            "predictions": [{"embeddings": {"statistics": {"token_count": "VARCHAR"}}, "mimeType": "VARCHAR"}],
            "embeddings": "VARCHAR", "embedding": "VARCHAR", "data": [{"object": "VARCHAR"}],
            "outputs": [{"id": "VARCHAR", "model": "VARCHAR"}],
            "ResponseMetadata": {"RequestId": "VARCHAR", "HTTPStatusCode": "VARCHAR"}}]'
        ) as answers
    from raw.delivered_bodies
),

-- Each event's usage object; counts that stand at the top of a body become one.
metered as (
    select
        *,
        list_filter(list_transform(answers, lambda a: case
            when json_type(a.usage) = 'OBJECT' then a.usage
            when json_type(a.usagemetadata) = 'OBJECT' then a.usagemetadata
            when json_type(a.usage_metadata) = 'OBJECT' then told_gemini(a.usage_metadata)
            when json_type(a.x_groq.usage) = 'OBJECT' then a.x_groq.usage
            when json_type(a.meta, '$.billed_units') = 'OBJECT' then a.meta
            when a.inputtexttokencount is not null
                then json_object(
                    'inputTextTokenCount', a.inputtexttokencount,
                    'outputTokenCount',
                    coalesce(
                        a.totaloutputtexttokencount,
                        cast(list_sum(
                            list_transform(a.results, lambda r: try_cast(r.tokencount as bigint))
                        ) as varchar)
                    )
                )
            when a.prompt_token_count is not null or a.generation_token_count is not null
                then json_object(
                    'prompt_token_count', a.prompt_token_count, 'generation_token_count', a.generation_token_count
                )
            when a.eval_count is not null or a.prompt_eval_count is not null
                then json_object('prompt_eval_count', a.prompt_eval_count, 'eval_count', a.eval_count)
            when json_type(a.usage_info) = 'OBJECT'
                then json_object('pages', a.usage_info -> 'pages_processed')
            when a.predictions[1].embeddings.statistics.token_count is not null
                then json_object('promptTokenCount', cast(list_sum(list_transform(
                    a.predictions, lambda p: told_whole(p.embeddings.statistics.token_count)
                )) as varchar))
            when a.predictions[1].mimetype like 'image/%' then json_object('images', len(a.predictions))
            -- Replicate, watsonx and Hugging Face's own API
            when
                coalesce(
                    a.metrics.output_token_count, a.results[1].generated_token_count, a.details.generated_tokens
                ) is not null
                then json_object(
                    'prompt_tokens', coalesce(a.metrics.input_token_count, a.results[1].input_token_count),
                    'completion_tokens', coalesce(
                        a.metrics.output_token_count, a.results[1].generated_token_count, a.details.generated_tokens
                    )
                )
        end), lambda u: u is not null)
        || list_filter(
            list_transform(answers, lambda a: a."amazon-bedrock-invocationMetrics"),
            lambda u: json_type(u) = 'OBJECT'
        ) as usages,
        told_headers(coalesce(told.response_headers, answered.headers, told.headers)) as headers,
        told_headers(coalesce(told.request_headers, asked.headers)) as request_headers
    from typed
),

-- Counts of a stream are cumulative: the last word on each holds. Some makers' bodies on Bedrock count nothing,
-- then its headers do.
counted as (
    select
        *,
        case
            when len(usages) = 1 then usages[1]
            when len(usages) > 1 then told_merged(usages)
            -- Images that are billed by the piece.
            when
                concat_ws(' ', told.url, told.endpoint, told.path, asked.url, answered.url) like '%/images/%'
                and len(answers[1].data) > 0
                then json_object('images', len(answers[1].data))
            when json_array_length(answers[1].images) > 0
                then json_object('images', json_array_length(answers[1].images))
            when headers['x-amzn-bedrock-input-token-count'] is not null
                then json_object(
                    'inputTokenCount', headers['x-amzn-bedrock-input-token-count'],
                    'outputTokenCount', headers['x-amzn-bedrock-output-token-count'],
                    'cacheReadInputTokenCount', headers['x-amzn-bedrock-cache-read-input-token-count'],
                    'cacheWriteInputTokenCount', headers['x-amzn-bedrock-cache-write-input-token-count']
                )
        end as usage,
        list_filter(list_transform(answers, lambda a: coalesce(
            a.responseid, a.response_id, a.generation_id, a.id, a.x_groq.id, a.outputs[-1].id
        )), lambda v: v <> '')[1] as body_id,
        list_filter(
            list_transform(
                answers, lambda a: coalesce(a.model, a.modelversion, a.model_version, a.model_id, a.outputs[-1].model)
            ),
            lambda v: v <> ''
        )[1] as body_model,
        list_filter(list_transform(answers, lambda a: coalesce(
            a.created, a.created_at, a.createtime, a.create_time
        )), lambda v: v <> '')[1] as body_created,
        list_filter(list_transform(answers, lambda a: coalesce(
            a.choices[1].finish_reason, a.candidates[1].finishreason, a.candidates[1].finish_reason,
            a.incomplete_details.reason, a.stop_reason, a.stopreason, a.messagestop.stopreason,
            a.delta.stop_reason, a.delta.finish_reason, a.finish_reason, a.done_reason,
            a.results[1].completionreason, a.promptfeedback.blockreason
        )), lambda v: v <> '')[-1] as finish_reason,
        list_filter(list_transform(answers, lambda a: a.status), lambda v: v <> '')[-1] as answer_status,
        list_filter(list_transform(answers, lambda a: coalesce(
            a.service_tier, json_extract_string(told_container(a.servicetier), '$.type'), a.servicetier
        )), lambda v: v <> '')[-1] as body_tier,
        list_filter(list_transform(answers, lambda a: a.object), lambda v: v <> '')[1] as object_name,
        list_filter(list_transform(answers, lambda a: a.type), lambda v: v <> '')[1] as type_name,
        list_filter(list_transform(answers, lambda a: coalesce(
            a.candidates[1].groundingmetadata.websearchqueries,
            a.candidates[1].grounding_metadata.web_search_queries
        )), lambda q: q is not null)[-1] as search_queries,
        list_filter(list_transform(answers, lambda a: a.output), lambda o: json_type(o) = 'ARRAY')[-1] as output_items,
        list_filter(list_transform(answers, lambda a: a.error), lambda e: json_type(e) <> 'NULL')[1] as body_error
    from metered
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
    events,
    answers,
    usage,
    headers,
    request_headers,
    body_id,
    body_model,
    body_created,
    finish_reason,
    answer_status,
    body_tier,
    object_name,
    type_name,
    search_queries,
    output_items,
    body_error
from counted
