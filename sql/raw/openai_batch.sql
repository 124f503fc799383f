-- One row per line of a batch's results (OpenAI and its kin, Anthropic), as text
-- grain: source_line
select
    source_line,
    record,
    coalesce(
        reject_reason,
        case
            when started is null
                then
                    'the line has no time, as embeddings, failures and Anthropic results have none; '
                    || 'add "timestamp" to each line, the time at which the batch ended'
        end
    ) as reject_reason,
    record_key,
    witness,
    trace_id,
    span_id,
    parent_span_id,
    started,
    ended,
    duration_ms,
    call_key,
    attempt_no,
    resend_count,
    provider_name,
    platform_name,
    region_scope,
    server_address,
    request_model,
    response_model,
    operation,
    service_tier,
    is_batch,
    provider_response_id,
    is_streaming,
    has_error,
    error_type,
    http_status,
    finish_reason,
    if(has_error = 'true' and usage is null, 'not_billed', billed_state) as billed_state,
    account_id,
    usage_rule,
    usage,
    usage_basis,
    web_search_calls,
    file_search_calls,
    grounding_prompts,
    grounding_queries,
    cost,
    user_id,
    attributes
from raw.told_bodies
