-- One row per call, aggregate or context span that a call log tells of: its best version
-- grain: sighting_id
with
-- Only what was delivered more than once is ranked: a window over a million wide rows is dear.
repeated as (
    select
        source_format,
        call_id
    from raw.call_logs
    group by source_format, call_id
    having count(*) > 1
),

ranked as (
    select
        c.*,
        row_number() over (
            partition by c.source_format, c.call_id
            order by
                c.version desc nulls last,
                case c.usage_basis when 'reported' then 0 when 'partial' then 1 when 'estimated' then 2 else 3 end asc,
                coalesce(c.prompt_tokens, 0) + coalesce(c.completion_tokens, 0) desc,
                c.ended_at desc nulls last,
                c.record_id desc
        ) as place
    from raw.call_logs as c
    inner join repeated as r on c.source_format = r.source_format and c.call_id = r.call_id
),

kept as (
    select
        c.*,
        1 as place
    from raw.call_logs as c
    left join repeated as r on c.source_format = r.source_format and c.call_id = r.call_id
    where r.call_id is null
    union all
    select *
    from ranked
    where place = 1
)

select
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
    source_format,
    source_file,
    source_line,
    ingested_at,
    source_format || ':' || call_id as sighting_id,
    role,
    witness,
    trace_id,
    span_id,
    parent_span_id,
    span_name,
    started_at,
    ended_at,
    day,
    call_key,
    attempt_no,
    resend_count,
    provider_name,
    platform_name,
    region_scope,
    account_id,
    cast(null as decimal(18, 6)) as sampling_weight,
    cast(null as varchar) as container_size,
    server_address,
    request_model,
    response_model,
    operation,
    service_tier,
    is_batch,
    provider_response_id,
    is_streaming,
    is_cache_hit,
    has_error,
    error_type,
    http_status,
    finish_reason,
    billed_state,
    usage_basis,
    normalisation_rule,
    residual_tokens,
    reported_cost_usd,
    is_workflow,
    cast(null as varchar) as resource_customer_id,
    cast(null as varchar) as resource_feature,
    cast(null as varchar) as resource_team,
    cast(null as varchar) as resource_environment,
    cast(null as varchar) as resource_service_name
from kept
order by sighting_id
