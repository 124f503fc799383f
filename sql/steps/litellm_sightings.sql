-- One row per attempt that the LiteLLM gateway logged, whichever of its logs delivered it
-- grain: sighting_id
with
identified as (
    select
        *,
        'litellm:' || coalesce(
            case when is_cache_hit then coalesce(litellm_call_id, record_id) end,
            log_id,
            litellm_call_id,
            record_id
        ) as sighting_id,
        case
            when has_error or log_id = litellm_call_id then null
            else log_id
        end as provider_response_id,
        (
            case when input_tokens is not null then 1 else 0 end
            + case when cache_read_tokens is not null then 1 else 0 end
            + case when cache_write_5m_tokens is not null then 1 else 0 end
            + case when cache_write_1h_tokens is not null then 1 else 0 end
            + case when cache_write_30m_tokens is not null then 1 else 0 end
            + case when cache_write_12h_tokens is not null then 1 else 0 end
            + case when cache_write_unknown_tokens is not null then 1 else 0 end
            + case when input_audio_tokens is not null then 1 else 0 end
            + case when input_image_tokens is not null then 1 else 0 end
            + case when cache_read_audio_tokens is not null then 1 else 0 end
            + case when cache_read_image_tokens is not null then 1 else 0 end
            + case when output_tokens is not null then 1 else 0 end
            + case when reasoning_tokens is not null then 1 else 0 end
            + case when output_audio_tokens is not null then 1 else 0 end
            + case when output_image_tokens is not null then 1 else 0 end
        ) as known_classes
    from raw.litellm
),

ranked as (
    select
        *,
        row_number() over (
            partition by sighting_id
            order by
                case usage_basis when 'reported' then 0 when 'partial' then 1 else 2 end asc,
                known_classes desc,
                case when trace_id is not null then 0 else 1 end asc,
                case when response_model is not null then 0 else 1 end asc,
                record_id desc
        ) as place
    from identified
),

attempts as (
    select
        *,
        case
            when
                usage_basis = 'missing'
                and not has_error
                and not is_cache_hit
                and regexp_extract(
                    operation, '(mcp|file|batch|vector_store|assistant|thread|health|list_|_responses|cancel)', 1
                ) <> ''
                then 'context'
            else 'call'
        end as role
    from ranked
    where place = 1
),

compared as (
    select
        *,
        lag(has_error) over tries as previous_failed,
        lag(ended_us) over tries as previous_ended_us
    from attempts
    window tries as (partition by trace_id, operation, model_group is null order by started_us, sighting_id)
),

marked as (
    select
        *,
        case
            when
                previous_failed and started_us >= previous_ended_us
                and started_us - previous_ended_us <= 60000000
                and (has_error or coalesce(attempted_retries + attempted_fallbacks, 1) > 0) then 0
            else 1
        end as starts_call
    from compared
),

numbered as (
    select
        *,
        sum(starts_call) over (
            partition by trace_id, operation, model_group is null
            order by started_us, sighting_id
            rows between unbounded preceding and current row
        ) as call_ordinal
    from marked
),

placed as (
    select
        *,
        trace_id is not null and model_group is not null as is_routed,
        first_value(sighting_id) over (
            partition by trace_id, operation, model_group is null, call_ordinal order by started_us, sighting_id
            rows between unbounded preceding and current row
        ) as first_attempt,
        row_number() over (
            partition by trace_id, operation, model_group is null, call_ordinal order by started_us, sighting_id
        ) as ordinal,
        row_number() over (
            partition by trace_id, operation, call_ordinal, model_group order by started_us, sighting_id
        ) - 1 as earlier_in_group
    from numbered
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
    cast(null as bigint) as file_search_calls,
    cast(null as bigint) as grounding_prompts,
    cast(null as bigint) as grounding_queries,
    search_units,
    cast(null as bigint) as images,
    audio_seconds,
    cast(null as bigint) as characters,
    pages,
    cast(null as decimal(18, 6)) as container_minutes,
    cast(null as decimal(18, 6)) as cache_storage_token_hours,
    source_format,
    source_file,
    source_line,
    ingested_at,
    sighting_id,
    role,
    2 as witness,
    trace_id,
    cast(null as varchar) as span_id,
    cast(null as varchar) as parent_span_id,
    cast(null as varchar) as span_name,
    started_at,
    ended_at,
    day,
    case when is_routed then first_attempt end as call_key,
    case when is_routed then cast(ordinal as bigint) end as attempt_no,
    case
        when attempted_retries is null then null
        when is_routed then cast(greatest(attempted_retries - earlier_in_group, 0) as bigint)
        else attempted_retries
    end as resend_count,
    provider_name,
    cast(null as varchar) as platform_name,
    region_scope,
    account_id,
    cast(null as decimal(18, 6)) as sampling_weight,
    cast(null as varchar) as container_size,
    server_address,
    model as request_model,
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
    case when is_cache_hit then 'not_billed' end as billed_state,
    usage_basis,
    case when usage_basis <> 'missing' then 'inclusive_input' end as normalisation_rule,
    residual_tokens,
    reported_cost_usd,
    false as is_workflow,
    cast(null as varchar) as resource_customer_id,
    cast(null as varchar) as resource_feature,
    cast(null as varchar) as resource_team,
    cast(null as varchar) as resource_environment,
    cast(null as varchar) as resource_service_name
from placed
order by sighting_id
