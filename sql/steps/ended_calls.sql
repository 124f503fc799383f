-- One row per attempt with how it ended
-- grain: identity, try_no
-- view
with
spelled as (
    select
        *,
        lower(error_type) as failure,
        lower(finish_reason) as ending
    from steps.placed_calls
)

select
    failure,
    case
        when is_cache_hit then 'cache_hit'
        when
            failure like '%timeout%' or failure like '%timed%out%' or failure like '%deadline%'
            or http_status in (408, 504)
            then 'timeout'
        when
            failure like '%cancel%' or failure like '%abort%' or failure like '%clientdisconnect%'
            or http_status = 499
            then 'cancelled'
        when failure like 'incomplete%' then 'incomplete'
        when has_error or http_status >= 400 then 'error'
        when
            ending in (
                'content_filter', 'content-filter', 'content_filtered', 'refusal', 'safety', 'recitation',
                'blocklist', 'prohibited_content', 'spii', 'image_safety', 'guardrail_intervened'
            )
            then 'refused'
        when
            ending in (
                'length', 'max_tokens', 'max_output_tokens', 'max-tokens', 'model_length', 'token_limit',
                'model_context_window_exceeded'
            )
            then 'truncated'
        when ending like 'cancel%' or ending like 'abort%' then 'cancelled'
        when ending like 'error%' or ending = 'malformed_function_call' then 'error'
        when ending like 'incomplete%' then 'incomplete'
        when ending is null and usage_basis = 'partial' then 'incomplete'
        -- Without an end and without usage: cut off, unless the operation never tells an end.
        when
            ending is null and usage_basis = 'missing'
            and coalesce(operation, 'chat') not like '%embed%' and coalesce(operation, 'chat') not like '%rerank%'
            then 'incomplete'
        else 'ok'
    end as status,
    identity,
    is_extra,
    try_no,
    sighting_count,
    source_format,
    source_file,
    source_line,
    ingested_at,
    started_at,
    ended_at,
    call_key,
    attempt_no,
    is_final_attempt,
    attempt_count_known,
    retry_evidence,
    trace_id,
    span_id,
    workflow_run_id,
    request_model,
    response_model,
    operation,
    is_batch,
    is_cache_hit,
    has_error,
    error_type,
    http_status,
    usage_basis,
    input_tokens,
    cache_read_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    cache_write_30m_tokens,
    cache_write_12h_tokens,
    cache_write_unknown_tokens,
    input_audio_tokens,
    input_image_tokens,
    cache_read_audio_tokens,
    cache_read_image_tokens,
    output_tokens,
    reasoning_tokens,
    output_audio_tokens,
    output_image_tokens,
    prompt_tokens,
    completion_tokens,
    web_search_calls,
    web_fetch_calls,
    file_search_calls,
    grounding_prompts,
    grounding_queries,
    search_units,
    images,
    audio_seconds,
    characters,
    pages,
    container_minutes,
    cache_storage_token_hours,
    provider_response_id,
    finish_reason,
    normalisation_rule,
    residual_tokens,
    reported_cost_usd,
    workflow,
    stage,
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
    workflow_origin,
    stage_origin,
    task_id_origin,
    task_type_origin,
    customer_id_origin,
    user_id_origin,
    feature_origin,
    team_origin,
    environment_origin,
    session_id_origin,
    prompt_name_origin,
    prompt_version_origin,
    service_name_origin,
    model,
    model_rule,
    provider,
    platform,
    region_scope,
    account_id,
    sampling_weight,
    container_size,
    service_tier,
    billed_state
from spelled
