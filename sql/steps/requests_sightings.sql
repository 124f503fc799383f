-- One row per request of the flat format: the best version of each delivered request
-- grain: sighting_id
-- view
with
identified as (
    select
        *,
        case
            when request_id is not null then 'requests:' || request_id
            when provider_response_id is not null
                then 'requests:' || md5(provider || ' ' || provider_response_id)
            else 'requests:' || record_id
        end as sighting_id,
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
    from raw.requests
),

-- Only what was delivered more than once is ranked: a window over a million wide rows is dear.
repeated as (
    select sighting_id
    from identified
    group by sighting_id
    having count(*) > 1
),

ranked as (
    select
        i.*,
        row_number() over (
            partition by i.sighting_id
            order by
                case i.usage_basis when 'reported' then 0 when 'partial' then 1 when 'estimated' then 2 else 3 end asc,
                i.known_classes desc,
                coalesce(i.prompt_tokens, 0) + coalesce(i.completion_tokens, 0) desc,
                i.record_id desc
        ) as place
    from identified as i
    inner join repeated as r on i.sighting_id = r.sighting_id
),

kept as (
    select
        i.*,
        1 as place
    from identified as i
    left join repeated as r on i.sighting_id = r.sighting_id
    where r.sighting_id is null
    union all
    select *
    from ranked
    where place = 1
)

select
    workflow,
    stage,
    task_of(task_id, session_id, workflow_run_id) as task_id,
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
    sighting_id,
    'call' as role,
    2 as witness,
    coalesce(trace_id, workflow_run_id) as trace_id,
    span_id,
    cast(null as varchar) as parent_span_id,
    cast(null as varchar) as span_name,
    started_at,
    ended_at,
    day,
    call_id as call_key,
    attempt_no,
    cast(null as bigint) as resend_count,
    provider as provider_name,
    platform as platform_name,
    region_scope,
    account_id,
    cast(null as decimal(18, 6)) as sampling_weight,
    container_size,
    cast(null as varchar) as server_address,
    request_model,
    response_model,
    operation,
    service_tier,
    is_batch,
    provider_response_id,
    cast(null as boolean) as is_streaming,
    status = 'cache_hit' as is_cache_hit,
    coalesce(
        status in ('error', 'timeout', 'cancelled'),
        http_status >= 400,
        error_type is not null
    ) as has_error,
    case
        when status not in ('timeout', 'cancelled', 'incomplete') or status is null then error_type
        when lower(error_type) like '%' || status || '%' then error_type
        when error_type is not null then status || ': ' || error_type
        else status
    end as error_type,
    http_status,
    case
        when finish_reason is not null then finish_reason
        when status = 'truncated' then 'length'
        when status = 'refused' then 'content_filter'
    end as finish_reason,
    billed_state,
    usage_basis,
    normalisation_rule,
    residual_tokens,
    reported_cost_usd,
    false as is_workflow,
    cast(null as varchar) as resource_customer_id,
    cast(null as varchar) as resource_feature,
    cast(null as varchar) as resource_team,
    cast(null as varchar) as resource_environment,
    cast(null as varchar) as resource_service_name
from kept
