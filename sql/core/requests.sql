-- One row per attempt at a call to a model API, counted once however many sources saw it
-- grain: request_id
select
    md5(identity || case when is_extra then ':attempt:' || try_no else '' end) as request_id,
    md5(coalesce(call_key, identity)) as call_id,
    case when attempt_no is null and attempt_count_known then 1 else attempt_no end as attempt_no,
    is_final_attempt,
    attempt_count_known,
    retry_evidence,
    case
        when retry_evidence in ('http_spans', 'resend_count', 'gateway_log') then 'recorded'
        when retry_evidence = 'failed_sibling' then 'likely'
        when retry_evidence = 'fallback_sibling' then 'possible'
    end as retry_confidence,
    trace_id,
    span_id,
    workflow_run_id,
    started_at,
    case when ended_at >= started_at then date_diff('microsecond', started_at, ended_at) // 1000 end as latency_ms,
    cast(started_at as date) as day,
    provider,
    platform,
    region_scope,
    account_id,
    sampling_weight,
    request_model,
    response_model,
    model,
    model_rule,
    operation,
    container_size,
    service_tier,
    is_batch,
    provider_response_id,
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
    status,
    error_type,
    http_status,
    finish_reason,
    case
        when status = 'cache_hit' then 'not_billed'
        when billed_state is not null then billed_state
        when usage_basis = 'reported' then 'billed'
        when usage_basis <> 'missing' or status <> 'error' then 'unknown'
        when http_status >= 400 then 'not_billed'
        when
            failure like '%ratelimit%' or failure like '%rate_limit%' or failure like '%rate limit%'
            or failure like '%toomanyrequests%' or failure like '%throttl%' or failure like '%quota%'
            or failure like '%badrequest%' or failure like '%bad_request%' or failure like '%invalid%request%'
            or failure like '%authentication%' or failure like '%permission%' or failure like '%notfound%'
            or failure like '%not_found%' or failure like '%unprocessable%' or failure like '%contextwindow%'
            or failure like '%context_length%' or failure like '%contentpolicy%' or failure like '%internalserver%'
            or failure like '%server_error%' or failure like '%serviceunavailable%' or failure like '%overloaded%'
            or failure like '%badgateway%' or failure like '%conflicterror%'
            or regexp_extract(failure, '^([45][0-9][0-9])$', 1) <> ''
            then 'not_billed'
        else 'unknown'
    end as billed_state,
    usage_basis,
    normalisation_rule,
    residual_tokens,
    reported_cost_usd,
    source_format,
    source_file,
    source_line,
    ingested_at,
    sighting_count
from steps.ended_calls
order by started_at, request_id
