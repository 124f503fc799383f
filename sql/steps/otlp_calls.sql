-- One row per span with how its call went: whom it asked, how it ended and what its usage is worth
-- grain: trace_id, span_id
with
judged as (
    select
        f.*,
        r.role,
        r.witness,
        r.has_usage,
        case
            when f.operation like '%embed%' or f.span_kind in ('embedding', 'embedder') then 'embeddings'
            when f.operation like '%rerank%' or f.span_kind = 'reranker' then 'rerank'
            when
                f.operation like 'ai.%'
                or f.operation like 'chat.%'
                or f.operation in ('completion', 'completions', 'responses', 'response', 'messages', 'message')
                then 'chat'
            when f.operation like 'text.%completions' then 'text_completion'
            when f.operation is not null then f.operation
            when f.span_kind in ('llm', 'generation', 'chat_model', 'chat', 'model', 'background-model') then 'chat'
        end as work,
        -- LiteLLM leaves an earlier attempt's error beside the answer, and an earlier answer beside an error.
        coalesce(f.status_code = 'ok' and r.has_usage, false) as is_error_stale,
        coalesce(f.response_id = f.gateway_call_id, false) as is_id_made_up
    from steps.otlp_fields as f
    inner join steps.otlp_roles as r on f.trace_id = r.trace_id and f.span_id = r.span_id
),

ended as (
    select
        *,
        not is_error_stale
        and (
            status_code = 'error'
            or (error_type is not null and role in ('call', 'attempt'))
            or coalesce(http_status >= 400, false)
        ) as is_failed
    from judged
),

worth as (
    select
        *,
        coalesce(is_failed, false) as has_error,
        role in ('call', 'aggregate') and has_usage and not (is_id_made_up and coalesce(is_failed, false)) as is_counted
    from ended
)

select
    trace_id,
    span_id,
    parent_span_id,
    span_name,
    kind,
    started_at,
    ended_at,
    day,
    source_format,
    source_file,
    source_line,
    ingested_at,
    role,
    witness,
    is_counted,
    has_error,
    case when is_error_stale then null else error_type end as error_type,
    case when is_error_stale and http_status >= 400 then null else http_status end as http_status,
    case
        when role = 'attempt' then concat_ws(' ', upper(http_method), split_part(http_url, '?', 1))
        else work
    end as operation,
    coalesce(seller_of(server_address), provider_name) as provider_name,
    case
        when
            server_address like '%.openai.azure.com'
            or server_address like '%.ai.azure.com'
            or server_address like '%.cognitiveservices.azure.com'
            then 'azure'
        when server_address like 'bedrock%.amazonaws.com' then 'bedrock'
        when server_address like '%aiplatform.googleapis.com' then 'vertex'
        when server_address = 'generativelanguage.googleapis.com' then 'ai_studio'
        when server_address in ('openrouter.ai', 'api.openrouter.ai') then 'openrouter'
        -- Recorders of Vertex's SDK, some of which name Google alone.
        when scope_name like '%instrumentation%vertexai' then 'vertex'
    end as platform_name,
    case
        when lower(inference_geo) in ('us', 'eu') then 'geo_' || lower(inference_geo)
        when lower(inference_geo) = 'global' then 'global'
    end as region_scope,
    account_id,
    sampling_weight,
    server_address,
    request_model,
    response_model,
    service_tier,
    is_batch,
    case
        when is_id_made_up or response_id like 'run-%' or response_id like 'lc!_run-%' escape '!' then null
        else response_id
    end as provider_response_id,
    is_streaming,
    is_cache_hit,
    split_part(trim(finish_reason, '[]" '), ',', 1) as finish_reason,
    resend_count,
    input_hash,
    case
        when not is_counted then 'missing'
        when lower(usage_source) in ('estimate', 'estimated', 'tokenizer', 'computed') then 'estimated'
        -- OpenLIT counts words itself where a stream brought no usage; where it did, the cache is told, even as 0.
        when
            scope_name like 'openlit%' and is_streaming and read_tokens is null
            and coalesce(provider_name, '') not like '%anthropic%'
            then 'estimated'
        when is_unfinished then 'partial'
        when role = 'aggregate' or coalesce(work, 'embeddings') in ('embeddings', 'rerank') then 'reported'
        when is_streaming and finish_reason is null then 'partial'
        when (stated_input_tokens is null) <> (stated_output_tokens is null) then 'partial'
        else 'reported'
    end as usage_basis,
    case when stated_cost_usd > 0 or is_cache_hit then stated_cost_usd end as reported_cost_usd,
    coalesce(span_kind = 'workflow' or operation = 'invoke_workflow', false) as is_workflow,
    span_kind,
    stage,
    workflow,
    task_id,
    task_type,
    customer_id,
    user_id,
    feature,
    team,
    environment,
    session_id,
    prompt_name,
    prompt_version,
    service_name,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    search_units,
    resource_customer_id,
    resource_feature,
    resource_team,
    resource_environment,
    resource_service_name
from worth
