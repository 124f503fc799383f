-- One row per usage row of any provider's report, all deliveries
-- grain: record_id
with
united as (
    select * from steps.openai_usage_rows
    union all
    select * from steps.anthropic_usage_rows
    union all
    select * from steps.report_usage_rows
)

select
    record_id,
    day,
    provider,
    platform,
    source_format,
    kind,
    bucket_start,
    bucket_end,
    bucket_width,
    delivery_form,
    report_grouping,
    scope_id,
    delivery_id,
    delivered_as_of,
    is_empty_bucket,
    is_final,
    is_repeat,
    billing_account_id,
    workspace_id,
    workspace_name,
    api_key_id,
    api_key_name,
    user_id,
    raw_model,
    service_tier,
    is_batch,
    context_window,
    inference_geo,
    speed,
    api_source,
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
    images,
    audio_seconds,
    characters,
    meter_detail,
    num_requests,
    container_sessions,
    storage_bytes,
    normalisation_rule,
    residual_tokens
from united
