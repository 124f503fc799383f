-- One row per call as it is counted: its only sighting, or its fused ones
-- grain: sighting_id
-- view
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
)

select
    case
        when c.role = 'call' and not coalesce(c.is_cache_hit, false) and c.provider_response_id is not null
            then coalesce(p.family, lower(c.provider_name), '') || '|' || c.provider_response_id
        else c.sighting_id
    end as identity,
    p.provider as named_provider,
    p.platform as named_platform,
    c.sighting_count,
    c.workflow,
    c.stage,
    c.task_id,
    c.task_type,
    c.customer_id,
    c.user_id,
    c.feature,
    c.team,
    c.environment,
    c.session_id,
    c.prompt_name,
    c.prompt_version,
    c.service_name,
    c.input_tokens,
    c.cache_read_tokens,
    c.cache_write_5m_tokens,
    c.cache_write_1h_tokens,
    c.cache_write_30m_tokens,
    c.cache_write_12h_tokens,
    c.cache_write_unknown_tokens,
    c.input_audio_tokens,
    c.input_image_tokens,
    c.cache_read_audio_tokens,
    c.cache_read_image_tokens,
    c.output_tokens,
    c.reasoning_tokens,
    c.output_audio_tokens,
    c.output_image_tokens,
    c.prompt_tokens,
    c.completion_tokens,
    c.web_search_calls,
    c.web_fetch_calls,
    c.file_search_calls,
    c.grounding_prompts,
    c.grounding_queries,
    c.search_units,
    c.images,
    c.audio_seconds,
    c.characters,
    c.pages,
    c.container_minutes,
    c.cache_storage_token_hours,
    c.source_format,
    c.source_file,
    c.source_line,
    c.ingested_at,
    c.sighting_id,
    c.role,
    c.witness,
    c.trace_id,
    c.span_id,
    c.parent_span_id,
    c.span_name,
    c.started_at,
    c.ended_at,
    c.day,
    c.call_key,
    c.attempt_no,
    c.resend_count,
    c.provider_name,
    c.platform_name,
    c.region_scope,
    c.account_id,
    c.sampling_weight,
    c.container_size,
    c.server_address,
    c.request_model,
    c.response_model,
    c.operation,
    c.service_tier,
    c.is_batch,
    c.provider_response_id,
    c.is_streaming,
    c.is_cache_hit,
    c.has_error,
    c.error_type,
    c.http_status,
    c.finish_reason,
    c.billed_state,
    c.usage_basis,
    c.normalisation_rule,
    c.residual_tokens,
    c.reported_cost_usd,
    c.is_workflow,
    c.resource_customer_id,
    c.resource_feature,
    c.resource_team,
    c.resource_environment,
    c.resource_service_name
from counted as c
left join core.providers as p on lower(c.provider_name) = p.provider_name
