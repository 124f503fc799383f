-- One row per span with its attributes read by the vocabulary and typed
-- grain: trace_id, span_id
select
    trace_id,
    span_id,
    parent_span_id,
    span_name,
    kind,
    started_at,
    ended_at,
    day,
    -- Langfuse tells a failure as a level, not as the span's status.
    case when upper(attr_level(attributes)) = 'ERROR' then 'error' else status_code end as status_code,
    lower(scope_name) as scope_name,
    source_format,
    source_file,
    source_line,
    ingested_at,
    -- LiteLLM's asynchronous calls: acompletion.
    regexp_replace(
        lower(split_part(attr_operation(attributes), ' ', 1)),
        '^a(completion|responses|text_completion|embedding|rerank|image_generation|transcription|speech|moderation)$',
        '\1'
    ) as operation,
    -- MLflow writes texts as JSON, in quotes.
    lower(trim(attr_span_kind(attributes), '"')) as span_kind,
    -- Dify names a provider by its plugin: langgenius/openai/openai.
    regexp_replace(trim(attr_provider_name(attributes), '"'), '^langgenius/[^/]+/', '') as provider_name,
    -- Micrometer writes a word where it knows nothing.
    nullif(nullif(trim(attr_request_model(attributes), '"'), 'none'), 'unknown') as request_model,
    nullif(nullif(trim(attr_response_model(attributes), '"'), 'none'), 'unknown') as response_model,
    -- OpenRouter's own spans name the model's maker as the provider.
    case
        when attr_service_name(resource) = 'openrouter' then 'openrouter.ai'
        else regexp_extract(lower(attr_server_address(attributes)), '^(?:[a-z]+://)?([^/:]+)', 1)
    end as server_address,
    attr_inference_geo(attributes) as inference_geo,
    attr_account_id(attributes) as account_id,
    -- W3C tracestate of OpenTelemetry's consistent sampling: `ot=th:c` kept one trace in four. What would
    -- keep less than one in 65,536 is no threshold.
    case
        when regexp_extract(trace_state, 'ot=[^,]*\bth:([0-9a-f]{1,14})', 1) between '0' and 'ffff'
            then cast(decimal_division(
                cast(72057594037927936 as decimal(20, 0)),
                72057594037927936 - cast(cast(
                    '0x' || rpad(regexp_extract(trace_state, 'ot=[^,]*\bth:([0-9a-f]{1,14})', 1), 14, '0') as ubigint
                ) as decimal(20, 0)),
                6
            ) as decimal(18, 6))
    end as sampling_weight,
    case when lower(attr_speed(attributes)) = 'fast' then 'fast' else attr_service_tier(attributes) end as service_tier,
    lower(attr_is_batch(attributes)) in ('true', '1') as is_batch,
    lower(attr_is_streaming(attributes)) in ('true', '1') as is_streaming,
    lower(attr_is_cache_hit(attributes)) in ('true', '1') as is_cache_hit,
    coalesce(
        attr_response_id(attributes),
        case when attr_rpc_system(attributes) = 'aws-api' then attr_aws_request_id(attributes) end
    ) as response_id,
    attr_gateway_call_id(attributes) as gateway_call_id,
    attr_finish_reason(attributes) as finish_reason,
    attr_error_type(attributes) as error_type,
    try_cast(attr_http_status(attributes) as bigint) as http_status,
    attr_http_method(attributes) as http_method,
    attr_http_url(attributes) as http_url,
    try_cast(attr_resend_count(attributes) as bigint) as resend_count,
    try_cast(attr_attempt_no(attributes) as bigint) as attempt_no,
    attr_input_hash(attributes) as input_hash,
    attr_usage_source(attributes) as usage_source,
    coalesce(
        try_cast(attr_input_tokens(attributes) as bigint),
        try_cast(attr_partial_input_tokens(attributes) as bigint),
        try_cast(attr_aggregated_input_tokens(attributes) as bigint)
    ) as stated_input_tokens,
    coalesce(
        try_cast(attr_output_tokens(attributes) as bigint),
        try_cast(attr_partial_output_tokens(attributes) as bigint),
        try_cast(attr_aggregated_output_tokens(attributes) as bigint)
    ) as stated_output_tokens,
    try_cast(attr_total_tokens(attributes) as bigint) as stated_total_tokens,
    coalesce(
        try_cast(attr_cache_read_tokens(attributes) as bigint),
        try_cast(attr_aggregated_cache_read_tokens(attributes) as bigint)
    ) as read_tokens,
    coalesce(
        try_cast(attr_cache_write_tokens(attributes) as bigint),
        try_cast(attr_aggregated_cache_write_tokens(attributes) as bigint)
    ) as write_tokens,
    try_cast(attr_cache_write_5m_tokens(attributes) as bigint) as write_5m_tokens,
    try_cast(attr_cache_write_1h_tokens(attributes) as bigint) as write_1h_tokens,
    try_cast(attr_reasoning_tokens(attributes) as bigint) as stated_reasoning_tokens,
    try_cast(attr_input_audio_tokens(attributes) as bigint) as audio_tokens,
    try_cast(attr_input_image_tokens(attributes) as bigint) as image_tokens,
    try_cast(attr_cache_read_audio_tokens(attributes) as bigint) as read_audio_tokens,
    try_cast(attr_cache_read_image_tokens(attributes) as bigint) as read_image_tokens,
    try_cast(attr_output_audio_tokens(attributes) as bigint) as output_audio_tokens,
    try_cast(attr_output_image_tokens(attributes) as bigint) as output_image_tokens,
    try_cast(attr_web_search_calls(attributes) as bigint) as web_search_calls,
    try_cast(attr_web_fetch_calls(attributes) as bigint) as web_fetch_calls,
    try_cast(attr_file_search_calls(attributes) as bigint) as file_search_calls,
    try_cast(attr_search_units(attributes) as bigint) as search_units,
    try_cast(attr_reported_cost_usd(attributes) as decimal(38, 12)) as stated_cost_usd,
    attr_input_tokens(attributes) is null
    and attr_output_tokens(attributes) is null
    and coalesce(attr_partial_input_tokens(attributes), attr_partial_output_tokens(attributes)) is not null
        as is_unfinished,
    coalesce(attr_aggregated_input_tokens(attributes), attr_aggregated_output_tokens(attributes)) is not null
        as is_aggregated,
    attr_inclusive_input_tokens(attributes) is null
    and attr_exclusive_input_tokens(attributes) is not null as is_cache_beside_input,
    attr_inclusive_output_tokens(attributes) is null
    and attr_exclusive_output_tokens(attributes) is not null
    -- Google's ADK told the answer without its thoughts while it called them experimental.
    or attributes['gen_ai.usage.experimental.reasoning_tokens'] is not null as is_reasoning_beside_output,
    -- Vercel before version 6, MLflow's own recorders, Spring AI, OpenLLMetry's recorders of Bedrock and LlamaIndex,
    -- OpenInference's of Agno and in JavaScript, OpenLIT's of Anthropic, Microsoft's Agent Framework and Envoy's
    -- gateway hand on what the provider means by input.
    coalesce(
        attributes['ai.usage.cachedInputTokens'],
        attributes['ai.response.providerMetadata.anthropic.cacheCreationInputTokens'],
        attributes['ai.response.providerMetadata.anthropic.cacheReadInputTokens'],
        attributes['ai.response.providerMetadata.bedrock.usage.cacheWriteInputTokens'],
        attributes['ai.response.providerMetadata.bedrock.usage.cacheReadInputTokens'],
        -- as Traceloop respells Vercel's spans
        case when lower(scope_name) = 'ai' then attributes['gen_ai.usage.cache_read.input_tokens'] end,
        case when lower(scope_name) = 'ai' then attributes['gen_ai.usage.cache_creation.input_tokens'] end
    ) is not null
    and coalesce(
        attributes['ai.usage.inputTokenDetails.cacheReadTokens'],
        attributes['ai.usage.inputTokenDetails.cacheWriteTokens'],
        attributes['ai.usage.inputTokenDetails.noCacheTokens']
    ) is null
    or coalesce(trim(attr_message_format(attributes), '"') in ('anthropic', 'bedrock'), false)
    or coalesce(
        lower(scope_name) like 'org.springframework%'
        or lower(scope_name) like 'opentelemetry.instrumentation.bedrock%'
        or lower(scope_name) in (
            'opentelemetry.instrumentation.llamaindex', '@traceloop/instrumentation-bedrock',
            'openinference.instrumentation.agno', 'openinference.instrumentation.claude_agent_sdk',
            '@arizeai/openinference-instrumentation-anthropic', '@arizeai/openinference-instrumentation-bedrock',
            'agent_framework'
        )
        -- The answer kept beside it tells the same count, and the cache beside that.
        or (
            attributes['output.value.usage.cache_read_input_tokens'] is not null
            and attributes['output.value.usage.input_tokens'] = attributes['llm.token_count.prompt']
        )
        or (lower(scope_name) like 'openlit%' and attr_response_id(attributes) like 'msg!_%' escape '!')
        or (lower(scope_name) like 'envoyproxy%' and attributes['gen_ai.usage.input_tokens'] is not null),
        false
    ) as is_handed_on,
    attr_stage(attributes) as stage,
    attr_workflow(attributes) as workflow,
    attr_task_id(attributes) as task_id,
    attr_task_type(attributes) as task_type,
    attr_customer_id(attributes) as customer_id,
    attr_user_id(attributes) as user_id,
    attr_feature(attributes) as feature,
    attr_team(attributes) as team,
    attr_environment(attributes) as environment,
    attr_session_id(attributes) as session_id,
    attr_prompt_name(attributes) as prompt_name,
    attr_prompt_version(attributes) as prompt_version,
    attr_service_name(attributes) as service_name,
    attr_customer_id(resource) as resource_customer_id,
    attr_feature(resource) as resource_feature,
    attr_team(resource) as resource_team,
    attr_environment(resource) as resource_environment,
    attr_service_name(resource) as resource_service_name
from steps.otlp_spans
