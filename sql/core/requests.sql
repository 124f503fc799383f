-- One row per attempt at a call to a model API, counted once however many sources saw it
-- grain: request_id
with
counted as (
    select
        1 as sighting_count,
        s.*
    from steps.sightings as s
    left join steps.call_groups as g on s.sighting_id = g.sighting_id and (g.members > 1 or g.is_sum)
    where s.role = 'call' and g.sighting_id is null
    union all
    select
        1 as sighting_count,
        s.*
    from steps.sightings as s
    inner join steps.counted_aggregates as c on s.sighting_id = c.sighting_id
    union all
    select *
    from steps.fused
),

attempted as (
    select
        s.sighting_id,
        case
            when e.is_extra then 1
            when e.span_id is not null then s.sighting_count + 1
            else s.sighting_count
        end as sighting_count,
        s.role,
        s.witness,
        s.span_name,
        s.source_format,
        s.source_file,
        s.source_line,
        s.ingested_at,
        case when e.is_extra then e.started_at else s.started_at end as started_at,
        case when e.is_extra then e.ended_at else s.ended_at end as ended_at,
        cast(case when e.is_extra then e.started_at else s.started_at end as date) as day,
        coalesce(e.is_extra, false) as is_extra,
        e.try_no,
        coalesce(e.call_key, s.call_key) as call_key,
        case
            when s.role = 'call' and not coalesce(s.is_cache_hit, false) then s.provider_response_id
        end as answer_id,
        coalesce(e.attempt_no, s.attempt_no) as attempt_no,
        coalesce(e.is_final_attempt, true) as is_final_attempt,
        coalesce(e.is_count_known, false)
        or s.resend_count is not null
        or s.attempt_no is not null
        or (s.witness = 3 and s.role = 'call')
        or s.source_format = 'requests' as attempt_count_known,
        e.retry_evidence,
        case when e.is_extra then coalesce(e.span_id, s.span_id) else s.span_id end as span_id,
        s.trace_id,
        s.provider_name,
        s.platform_name,
        s.region_scope,
        s.request_model,
        s.response_model,
        s.operation,
        s.service_tier,
        s.is_batch,
        s.is_cache_hit,
        case when e.is_extra then e.has_error else s.has_error end as has_error,
        case when e.is_extra then e.error_type else s.error_type end as error_type,
        case when e.is_extra then e.http_status else coalesce(s.http_status, e.http_status) end as http_status,
        case when e.is_extra then null else s.billed_state end as billed_state,
        case when e.is_extra then 'missing' else s.usage_basis end as usage_basis,
        case when e.is_extra then null else s.input_tokens end as input_tokens,
        case when e.is_extra then null else s.cache_read_tokens end as cache_read_tokens,
        case when e.is_extra then null else s.cache_write_5m_tokens end as cache_write_5m_tokens,
        case when e.is_extra then null else s.cache_write_1h_tokens end as cache_write_1h_tokens,
        case when e.is_extra then null else s.cache_write_30m_tokens end as cache_write_30m_tokens,
        case when e.is_extra then null else s.cache_write_12h_tokens end as cache_write_12h_tokens,
        case when e.is_extra then null else s.cache_write_unknown_tokens end as cache_write_unknown_tokens,
        case when e.is_extra then null else s.input_audio_tokens end as input_audio_tokens,
        case when e.is_extra then null else s.input_image_tokens end as input_image_tokens,
        case when e.is_extra then null else s.cache_read_audio_tokens end as cache_read_audio_tokens,
        case when e.is_extra then null else s.cache_read_image_tokens end as cache_read_image_tokens,
        case when e.is_extra then null else s.output_tokens end as output_tokens,
        case when e.is_extra then null else s.reasoning_tokens end as reasoning_tokens,
        case when e.is_extra then null else s.output_audio_tokens end as output_audio_tokens,
        case when e.is_extra then null else s.output_image_tokens end as output_image_tokens,
        case when e.is_extra then null else s.prompt_tokens end as prompt_tokens,
        case when e.is_extra then null else s.completion_tokens end as completion_tokens,
        case when e.is_extra then null else s.web_search_calls end as web_search_calls,
        case when e.is_extra then null else s.web_fetch_calls end as web_fetch_calls,
        case when e.is_extra then null else s.file_search_calls end as file_search_calls,
        case when e.is_extra then null else s.grounding_prompts end as grounding_prompts,
        case when e.is_extra then null else s.grounding_queries end as grounding_queries,
        case when e.is_extra then null else s.search_units end as search_units,
        case when e.is_extra then null else s.images end as images,
        case when e.is_extra then null else s.audio_seconds end as audio_seconds,
        case when e.is_extra then null else s.characters end as characters,
        case when e.is_extra then null else s.pages end as pages,
        case when e.is_extra then null else s.container_minutes end as container_minutes,
        case when e.is_extra then null else s.cache_storage_token_hours end as cache_storage_token_hours,
        case when e.is_extra then null else s.provider_response_id end as provider_response_id,
        case when e.is_extra then null else s.finish_reason end as finish_reason,
        case when e.is_extra then null else s.normalisation_rule end as normalisation_rule,
        case when e.is_extra then null else s.residual_tokens end as residual_tokens,
        case when e.is_extra then null else s.reported_cost_usd end as reported_cost_usd,
        case when a.lead_id is null then s.workflow else a.workflow end as workflow,
        case when a.lead_id is null then s.stage else a.stage end as stage,
        case when a.lead_id is null then s.task_id else a.task_id end as task_id,
        case when a.lead_id is null then s.task_type else a.task_type end as task_type,
        case when a.lead_id is null then coalesce(s.customer_id, s.resource_customer_id) else a.customer_id end as customer_id,
        case when a.lead_id is null then s.user_id else a.user_id end as user_id,
        case when a.lead_id is null then coalesce(s.feature, s.resource_feature) else a.feature end as feature,
        case when a.lead_id is null then coalesce(s.team, s.resource_team) else a.team end as team,
        case when a.lead_id is null then coalesce(s.environment, s.resource_environment) else a.environment end as environment,
        case when a.lead_id is null then s.session_id else a.session_id end as session_id,
        case when a.lead_id is null then s.prompt_name else a.prompt_name end as prompt_name,
        case when a.lead_id is null then s.prompt_version else a.prompt_version end as prompt_version,
        case when a.lead_id is null then coalesce(s.service_name, s.resource_service_name) else a.service_name end as service_name,
        case
            when a.lead_id is not null then a.workflow_origin
            when s.workflow is not null then 'own'
        end as workflow_origin,
        case
            when a.lead_id is not null then a.stage_origin
            when s.stage is not null then 'own'
        end as stage_origin,
        case
            when a.lead_id is not null then a.task_id_origin
            when s.task_id is not null then 'own'
        end as task_id_origin,
        case
            when a.lead_id is not null then a.task_type_origin
            when s.task_type is not null then 'own'
        end as task_type_origin,
        case
            when a.lead_id is not null then a.customer_id_origin
            when s.customer_id is not null then 'own'
            when s.resource_customer_id is not null then 'resource'
        end as customer_id_origin,
        case
            when a.lead_id is not null then a.user_id_origin
            when s.user_id is not null then 'own'
        end as user_id_origin,
        case
            when a.lead_id is not null then a.feature_origin
            when s.feature is not null then 'own'
            when s.resource_feature is not null then 'resource'
        end as feature_origin,
        case
            when a.lead_id is not null then a.team_origin
            when s.team is not null then 'own'
            when s.resource_team is not null then 'resource'
        end as team_origin,
        case
            when a.lead_id is not null then a.environment_origin
            when s.environment is not null then 'own'
            when s.resource_environment is not null then 'resource'
        end as environment_origin,
        case
            when a.lead_id is not null then a.session_id_origin
            when s.session_id is not null then 'own'
        end as session_id_origin,
        case
            when a.lead_id is not null then a.prompt_name_origin
            when s.prompt_name is not null then 'own'
        end as prompt_name_origin,
        case
            when a.lead_id is not null then a.prompt_version_origin
            when s.prompt_version is not null then 'own'
        end as prompt_version_origin,
        case
            when a.lead_id is not null then a.service_name_origin
            when s.service_name is not null then 'own'
            when s.resource_service_name is not null then 'resource'
        end as service_name_origin
    from counted as s
    left join steps.attempts as e on s.sighting_id = e.lead_id
    left join steps.attribution as a on s.sighting_id = a.lead_id
    where cast(case when e.is_extra then e.started_at else s.started_at end as date) = $day
)
,

-- What was called: the answered model first, the asked one where the answer's name resolves to nothing.
placed as (
    select
        t.sighting_id,
        t.sighting_count,
        t.role,
        t.witness,
        t.source_format,
        t.source_file,
        t.source_line,
        t.ingested_at,
        t.started_at,
        t.ended_at,
        t.day,
        t.is_extra,
        t.attempt_no,
        t.is_final_attempt,
        t.attempt_count_known,
        t.retry_evidence,
        t.span_id,
        t.trace_id,
        t.request_model,
        t.response_model,
        t.operation,
        t.is_batch,
        t.has_error,
        t.error_type,
        t.http_status,
        t.finish_reason,
        t.billed_state,
        t.usage_basis,
        t.normalisation_rule,
        t.residual_tokens,
        t.reported_cost_usd,
        t.provider_response_id,
        t.input_tokens,
        t.cache_read_tokens,
        t.cache_write_5m_tokens,
        t.cache_write_1h_tokens,
        t.cache_write_30m_tokens,
        t.cache_write_12h_tokens,
        t.cache_write_unknown_tokens,
        t.input_audio_tokens,
        t.input_image_tokens,
        t.cache_read_audio_tokens,
        t.cache_read_image_tokens,
        t.output_tokens,
        t.reasoning_tokens,
        t.output_audio_tokens,
        t.output_image_tokens,
        t.prompt_tokens,
        t.completion_tokens,
        t.web_search_calls,
        t.web_fetch_calls,
        t.file_search_calls,
        t.grounding_prompts,
        t.grounding_queries,
        t.search_units,
        t.images,
        t.audio_seconds,
        t.characters,
        t.pages,
        t.container_minutes,
        t.cache_storage_token_hours,
        t.workflow,
        t.stage,
        t.task_id,
        t.task_type,
        t.customer_id,
        t.user_id,
        t.feature,
        t.team,
        t.environment,
        t.session_id,
        t.prompt_name,
        t.prompt_version,
        t.service_name,
        t.workflow_origin,
        t.stage_origin,
        t.task_id_origin,
        t.task_type_origin,
        t.customer_id_origin,
        t.user_id_origin,
        t.feature_origin,
        t.team_origin,
        t.environment_origin,
        t.session_id_origin,
        t.prompt_name_origin,
        t.prompt_version_origin,
        t.service_name_origin,
        coalesce(t.is_cache_hit, false) as is_cache_hit,
        lower(t.error_type) as failure,
        lower(t.finish_reason) as ending,
        t.call_key,
        t.try_no,
        coalesce(r.workflow_run_id, t.trace_id) as workflow_run_id,
        coalesce(r.trace_id, t.trace_id) as run_trace_id,
        coalesce(mr.model, mq.model) as model,
        coalesce(
            case when mr.model is not null then mr.provider end,
            case when mq.model is not null then mq.provider end,
            mr.provider,
            mq.provider,
            p.provider,
            lower(t.provider_name),
            'unknown'
        ) as provider,
        case
            when mr.platform is null or (mr.platform = 'direct' and mq.platform is not null) then mq.platform
            else mr.platform
        end as found_platform,
        coalesce(p.platform, lower(t.platform_name), 'direct') as named_platform,
        coalesce(t.region_scope, mq.region_scope, mr.region_scope) as region_scope,
        coalesce(i.service_tier, lower(t.service_tier), 'standard') as service_tier,
        case
            when t.answer_id is null then t.sighting_id
            else coalesce(p.family, lower(t.provider_name), '') || '|' || t.answer_id
        end as identity
    from attempted as t
    left join steps.runs as r on t.sighting_id = r.lead_id
    left join core.providers as p on lower(t.provider_name) = p.provider_name
    left join core.service_tiers as i on lower(t.service_tier) = i.spelled
    left join steps.model_ids as mr
        on
            t.response_model = mr.raw_model
            and t.provider_name is not distinct from mr.provider_name
            and t.platform_name is not distinct from mr.platform_name
            and (mr.valid_from is null or t.started_at >= mr.valid_from)
            and (mr.valid_to is null or t.started_at < mr.valid_to)
    left join steps.model_ids as mq
        on
            t.request_model is not distinct from mq.raw_model
            and t.provider_name is not distinct from mq.provider_name
            and t.platform_name is not distinct from mq.platform_name
            and (mq.valid_from is null or t.started_at >= mq.valid_from)
            and (mq.valid_to is null or t.started_at < mq.valid_to)
),

judged as (
    select
        *,
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
            when
                ending is null and usage_basis = 'missing'
                and coalesce(operation, 'chat') not like '%embed%' and coalesce(operation, 'chat') not like '%rerank%'
                then 'incomplete'
            else 'ok'
        end as status
    from placed
)

select
    md5(identity || case when is_extra then ':attempt:' || try_no else '' end) as request_id,
    case when call_key is null then md5(identity) else md5(call_key) end as call_id,
    case when attempt_no is null and attempt_count_known then 1 else attempt_no end as attempt_no,
    is_final_attempt,
    attempt_count_known,
    retry_evidence,
    run_trace_id as trace_id,
    span_id,
    workflow_run_id,
    started_at,
    case when ended_at >= started_at then date_diff('microsecond', started_at, ended_at) // 1000 end as latency_ms,
    day,
    provider,
    coalesce(found_platform, named_platform) as platform,
    region_scope,
    request_model,
    response_model,
    model,
    operation,
    service_tier,
    coalesce(is_batch, false) as is_batch,
    provider_response_id,
    workflow,
    coalesce(
        stage,
        case
            when operation like '%embed%' then 'embedding'
            when operation like '%rerank%' then 'rerank'
            when operation like '%image%' then 'image'
            when operation like '%transcri%' or operation like '%speech%' then 'audio'
            when operation like '%moderat%' then 'moderation'
            else 'inference'
        end
    ) as stage,
    coalesce(task_id, workflow_run_id) as task_id,
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
    coalesce(stage_origin, 'own') as stage_origin,
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
from judged
order by started_at, request_id
