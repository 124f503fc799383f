-- One row per delivered LangSmith run, as text
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(
            record,
            '{"id": "VARCHAR", "name": "VARCHAR", "run_type": "VARCHAR", "start_time": "VARCHAR",
            "end_time": "VARCHAR", "first_token_time": "VARCHAR", "status": "VARCHAR", "error": "VARCHAR",
            "trace_id": "VARCHAR", "parent_run_id": "VARCHAR", "dotted_order": "VARCHAR", "session_id": "VARCHAR",
            "prompt_tokens": "VARCHAR", "completion_tokens": "VARCHAR", "total_tokens": "VARCHAR",
            "total_cost": "VARCHAR", "feedback_stats": "JSON", "parent_run_ids": "JSON", "prompt_token_details": "JSON",
            "completion_token_details": "JSON", "extra": "JSON", "outputs": "JSON", "tags": "JSON"}'
        ) as told
    from raw.staged
),

-- The bulk export holds nested parts as JSON text.
nested as (
    select
        source_line,
        record,
        told,
        [
            case json_type(j) when 'VARCHAR' then try_cast(j ->> '$' as json) else j end
            for j in [
                told.extra, told.outputs, told.tags, told.parent_run_ids, told.prompt_token_details,
                told.completion_token_details, told.feedback_stats
            ]
        ] as parts
    from delivered
),

opened as (
    select
        source_line,
        record,
        told,
        lower(told.run_type) as kind,
        coalesce(from_json(parts[1] -> 'metadata', '"MAP(VARCHAR, VARCHAR)"'), map()) as metadata,
        from_json(
            parts[1] -> 'invocation_params',
            '{"model": "VARCHAR", "model_name": "VARCHAR", "stream": "VARCHAR"}'
        ) as asked,
        parts[2] as outputs,
        parts[2] -> '$.generations[0][0].message.kwargs' as message,
        list_filter(coalesce(from_json(parts[3], '["VARCHAR"]'), []), lambda t: strpos(t, ':') > 1) as tags,
        coalesce(from_json(parts[4], '["VARCHAR"]'), []) as parent_ids,
        parts[5] as prompt_details,
        parts[6] as completion_details,
        from_json(parts[7], '"MAP(VARCHAR, JSON)"') as feedback
    from nested
),

-- Names and counts only, by the names that the vocabulary has for an answer.
answered as (
    select
        *,
        filled(map {
            'output.value.id': outputs ->> 'id',
            'output.value.llm_output.id': outputs ->> '$.llm_output.id',
            'output.value.generations.0.0.message.kwargs.response_metadata.id': message ->> '$.response_metadata.id',
            'output.value.generations.0.0.message.kwargs.id':
            case when not regexp_matches(message ->> 'id', '^(lc_)?run-') then message ->> 'id' end,
            'output.value.model': outputs ->> 'model',
            'output.value.llm_output.model_name': outputs ->> '$.llm_output.model_name',
            'output.value.generations.0.0.message.kwargs.response_metadata.model_name':
            message ->> '$.response_metadata.model_name',
            'output.value.generations.0.0.message.kwargs.response_metadata.model':
            message ->> '$.response_metadata.model',
            'output.value.service_tier': outputs ->> 'service_tier',
            'output.value.usage.service_tier': outputs ->> '$.usage.service_tier',
            'output.value.generations.0.0.message.kwargs.response_metadata.service_tier':
            message ->> '$.response_metadata.service_tier',
            'output.value.choices.0.finish_reason': outputs ->> '$.choices[0].finish_reason',
            'output.value.stop_reason': outputs ->> 'stop_reason',
            'output.value.generations.0.0.generation_info.finish_reason':
            outputs ->> '$.generations[0][0].generation_info.finish_reason',
            'output.value.generations.0.0.message.kwargs.response_metadata.finish_reason':
            message ->> '$.response_metadata.finish_reason',
            'output.value.generations.0.0.message.kwargs.response_metadata.stop_reason':
            message ->> '$.response_metadata.stop_reason'
        }) as answer,
        -- LangChain prefixes the details with the tier where it is not the standard one.
        from_json(
            coalesce(
                prompt_details,
                outputs -> '$.usage_metadata.input_token_details',
                message -> '$.usage_metadata.input_token_details'
            ),
            '{"cache_read": "VARCHAR", "priority_cache_read": "VARCHAR", "flex_cache_read": "VARCHAR",
            "cache_creation": "VARCHAR", "cache_write": "VARCHAR", "ephemeral_5m_input_tokens": "VARCHAR",
            "ephemeral_1h_input_tokens": "VARCHAR", "audio": "VARCHAR", "priority": "VARCHAR", "flex": "VARCHAR"}'
        ) as inputs,
        from_json(
            coalesce(
                completion_details,
                outputs -> '$.usage_metadata.output_token_details',
                message -> '$.usage_metadata.output_token_details'
            ),
            '{"reasoning": "VARCHAR", "priority_reasoning": "VARCHAR", "flex_reasoning": "VARCHAR", "audio": "VARCHAR"}'
        ) as results
    from opened
),

counted as (
    select
        *,
        coalesce(told.prompt_tokens, told.completion_tokens, told.total_tokens) is not null as has_counts,
        coalesce(
            try_cast(told.prompt_tokens as decimal(38, 6)) > 0
            or try_cast(told.completion_tokens as decimal(38, 6)) > 0,
            false
        ) as has_usage,
        map_concat(
            metadata,
            map(
                list_distinct(list_transform(tags, lambda t: split_part(t, ':', 1))),
                list_transform(
                    list_distinct(list_transform(tags, lambda t: split_part(t, ':', 1))),
                    lambda k: substr(list_filter(tags, lambda t: starts_with(t, k || ':'))[1], length(k) + 2)
                )
            ),
            map { 'langsmith.project_id': told.session_id }
        ) as attributes
    from answered
)

select
    source_line,
    record,
    case
        when nullif(told.id, '') is null then 'the id of the run is missing; export whole LangSmith runs'
        when nullif(kind, '') is null then 'run_type is missing; export whole LangSmith runs'
        when
            has_usage and kind not in ('llm', 'embedding')
            and coalesce(
                nullif(told.trace_id, ''), nullif(told.parent_run_id, ''), parent_ids[1], nullif(told.dotted_order, '')
            ) is null
            then
                'its tokens repeat those of the calls below it, and nothing says which these are; '
                || 'export trace_id or dotted_order too'
    end as reject_reason,
    nullif(told.id, '') as record_key,
    left(replace(told.end_time, ' ', 'T'), 26) as version,
    case
        when kind in ('llm', 'embedding') then 'call'
        when has_usage then 'aggregate'
        else 'context'
    end as role,
    5 as witness,
    nullif(told.trace_id, '') as trace_id,
    nullif(told.id, '') as span_id,
    coalesce(
        nullif(told.parent_run_id, ''),
        nullif(parent_ids[-1], ''),
        nullif(regexp_extract(told.dotted_order, 'Z([^.]+)\.[^.]+$', 1), '')
    ) as parent_span_id,
    coalesce(nullif(told.name, ''), kind) as span_name,
    told.start_time as started,
    told.end_time as ended,
    nullif(metadata['ls_provider'], '') as provider_name,
    coalesce(nullif(metadata['ls_model_name'], ''), nullif(asked.model, ''), nullif(asked.model_name, ''))
        as request_model,
    attr_response_model(answer) as response_model,
    case kind when 'llm' then 'chat' when 'embedding' then 'embeddings' end as operation,
    coalesce(
        attr_service_tier(answer),
        case
            when coalesce(inputs.priority, inputs.priority_cache_read, results.priority_reasoning) is not null
                then 'priority'
            when coalesce(inputs.flex, inputs.flex_cache_read, results.flex_reasoning) is not null then 'flex'
        end
    ) as service_tier,
    attr_response_id(answer) as provider_response_id,
    case when nullif(told.first_token_time, '') is not null then 'true' else asked.stream end as is_streaming,
    case when told.status = 'error' or nullif(told.error, '') is not null then 'true' end as has_error,
    coalesce(
        nullif(regexp_extract(told.error, '^([A-Za-z_.]*(?:Error|Exception|Timeout)[A-Za-z]*)', 1), ''),
        nullif(regexp_extract(lower(told.error), '(timeout|timed out|cancel|abort)', 1), '')
    ) as error_type,
    nullif(regexp_extract(told.error, '(?:code|status)[^0-9]{0,8}([45][0-9][0-9])', 1), '') as http_status,
    attr_finish_reason(answer) as finish_reason,
    case when has_counts then 'openai_chat' end as usage_rule,
    case
        when has_counts
            then cast(json_object(
                'prompt_tokens', told.prompt_tokens,
                'completion_tokens', told.completion_tokens,
                'total_tokens', told.total_tokens,
                'prompt_tokens_details', json_object(
                    'cached_tokens', coalesce(inputs.cache_read, inputs.priority_cache_read, inputs.flex_cache_read),
                    'cache_creation_tokens', coalesce(inputs.cache_creation, inputs.cache_write),
                    'cache_creation_token_details', json_object(
                        'ephemeral_5m_input_tokens', inputs.ephemeral_5m_input_tokens,
                        'ephemeral_1h_input_tokens', inputs.ephemeral_1h_input_tokens
                    ),
                    'audio_tokens', inputs.audio
                ),
                'completion_tokens_details', json_object(
                    'reasoning_tokens',
                    coalesce(results.reasoning, results.priority_reasoning, results.flex_reasoning),
                    'audio_tokens', results.audio
                )
            ) as varchar)
    end as usage,
    nullif(told.total_cost, '') as cost,
    case kind when 'retriever' then 'retrieval' end as stage,
    attributes,
    -- All who judged agree: the mean is one whole score, or there is one label.
    map_from_entries(list_filter(list_transform(map_entries(feedback), lambda f: {
        'key': f.key,
        'value': coalesce(
            f.value ->> 'avg',
            case when len(json_keys(f.value, '$.values')) = 1 then json_keys(f.value, '$.values')[1] end
        )
    }), lambda f: f.value is not null)) as judgements
from counted
