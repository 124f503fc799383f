-- One row per attempt of the day at a counted call: the call's own, and one for every other try there is evidence of
-- grain: identity, try_no
-- view
select
    s.identity,
    s.named_provider,
    s.named_platform,
    coalesce(e.is_extra, false) as is_extra,
    e.try_no,
    case
        when e.is_extra then 1
        when e.span_id is not null then s.sighting_count + 1
        else s.sighting_count
    end as sighting_count,
    s.source_format,
    s.source_file,
    s.source_line,
    s.ingested_at,
    case when e.is_extra then e.started_at else s.started_at end as started_at,
    case when e.is_extra then e.ended_at else s.ended_at end as ended_at,
    coalesce(e.call_key, s.call_key) as call_key,
    coalesce(e.attempt_no, s.attempt_no) as attempt_no,
    coalesce(e.is_final_attempt, true) as is_final_attempt,
    coalesce(e.is_count_known, false)
    or s.resend_count is not null
    or s.attempt_no is not null
    or (s.witness = 3 and s.role = 'call')
    or s.source_format = 'requests' as attempt_count_known,
    e.retry_evidence,
    coalesce(r.trace_id, s.trace_id) as trace_id,
    case
        when e.is_extra then coalesce(e.span_id, r.span_id, s.span_id)
        else coalesce(s.span_id, r.span_id)
    end as span_id,
    coalesce(r.workflow_run_id, s.trace_id) as workflow_run_id,
    s.provider_name,
    s.platform_name,
    s.region_scope,
    s.account_id,
    coalesce(s.sampling_weight, 1) as sampling_weight,
    s.container_size,
    s.request_model,
    s.response_model,
    s.operation,
    s.service_tier,
    coalesce(s.is_batch, false) as is_batch,
    coalesce(s.is_cache_hit, false) as is_cache_hit,
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
    coalesce(a.workflow, s.workflow) as workflow,
    coalesce(
        a.stage,
        s.stage,
        case
            when s.operation like '%embed%' then 'embedding'
            when s.operation like '%rerank%' then 'rerank'
            when s.operation like '%image%' then 'image'
            when s.operation like '%transcri%' or s.operation like '%speech%' then 'audio'
            when s.operation like '%moderat%' then 'moderation'
            else 'inference'
        end
    ) as stage,
    task_of(
        coalesce(a.task_id, s.task_id), coalesce(a.session_id, s.session_id), coalesce(r.workflow_run_id, s.trace_id)
    ) as task_id,
    coalesce(a.task_type, s.task_type) as task_type,
    coalesce(a.customer_id, s.customer_id, s.resource_customer_id) as customer_id,
    coalesce(a.user_id, s.user_id) as user_id,
    coalesce(a.feature, s.feature, s.resource_feature) as feature,
    coalesce(a.team, s.team, s.resource_team) as team,
    coalesce(a.environment, s.environment, s.resource_environment) as environment,
    coalesce(a.session_id, s.session_id) as session_id,
    coalesce(a.prompt_name, s.prompt_name) as prompt_name,
    coalesce(a.prompt_version, s.prompt_version) as prompt_version,
    coalesce(a.service_name, s.service_name, s.resource_service_name) as service_name,
    coalesce(a.workflow_origin, case when s.workflow is not null then 'own' end) as workflow_origin,
    coalesce(a.stage_origin, 'own') as stage_origin,
    coalesce(a.task_id_origin, case when s.task_id is not null then 'own' end) as task_id_origin,
    coalesce(a.task_type_origin, case when s.task_type is not null then 'own' end) as task_type_origin,
    coalesce(
        a.customer_id_origin,
        case when s.customer_id is not null then 'own' when s.resource_customer_id is not null then 'resource' end
    ) as customer_id_origin,
    coalesce(a.user_id_origin, case when s.user_id is not null then 'own' end) as user_id_origin,
    coalesce(
        a.feature_origin,
        case when s.feature is not null then 'own' when s.resource_feature is not null then 'resource' end
    ) as feature_origin,
    coalesce(
        a.team_origin,
        case when s.team is not null then 'own' when s.resource_team is not null then 'resource' end
    ) as team_origin,
    coalesce(
        a.environment_origin,
        case when s.environment is not null then 'own' when s.resource_environment is not null then 'resource' end
    ) as environment_origin,
    coalesce(a.session_id_origin, case when s.session_id is not null then 'own' end) as session_id_origin,
    coalesce(a.prompt_name_origin, case when s.prompt_name is not null then 'own' end) as prompt_name_origin,
    coalesce(a.prompt_version_origin, case when s.prompt_version is not null then 'own' end) as prompt_version_origin,
    coalesce(
        a.service_name_origin,
        case when s.service_name is not null then 'own' when s.resource_service_name is not null then 'resource' end
    ) as service_name_origin
from steps.counted_sightings as s
left join steps.attempts as e on s.sighting_id = e.lead_id
left join steps.attribution as a on s.sighting_id = a.lead_id
left join steps.runs as r on s.sighting_id = r.lead_id
where cast(case when e.is_extra then e.started_at else s.started_at end as date) = $day
