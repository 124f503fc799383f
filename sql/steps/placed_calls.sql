-- One row per attempt with whom it called: the answered model first, the asked one where that name resolves to nothing
-- grain: identity, try_no
-- view
select
    t.identity,
    t.is_extra,
    t.try_no,
    t.sighting_count,
    t.source_format,
    t.source_file,
    t.source_line,
    t.ingested_at,
    t.started_at,
    t.ended_at,
    t.call_key,
    t.attempt_no,
    t.is_final_attempt,
    t.attempt_count_known,
    t.retry_evidence,
    t.trace_id,
    t.span_id,
    t.workflow_run_id,
    t.request_model,
    t.response_model,
    t.operation,
    t.account_id,
    t.sampling_weight,
    t.container_size,
    t.is_batch,
    t.is_cache_hit,
    t.has_error,
    t.error_type,
    t.http_status,
    t.billed_state,
    t.usage_basis,
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
    t.provider_response_id,
    t.finish_reason,
    t.normalisation_rule,
    t.residual_tokens,
    t.reported_cost_usd,
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
    -- A fine-tuned model has a price of its own, even where the other name is that of its base.
    case
        when mr.rule = 'fine_tune' then mr.model
        when mq.rule = 'fine_tune' then mq.model
        else coalesce(mr.model, mq.model)
    end as model,
    case
        when 'fine_tune' in (mr.rule, mq.rule) then 'fine_tune'
        when mr.model is not null then mr.rule
        else mq.rule
    end as model_rule,
    coalesce(
        case when mr.model is not null then mr.provider end,
        case when mq.model is not null then mq.provider end,
        mr.provider,
        mq.provider,
        t.named_provider,
        lower(t.provider_name),
        'unknown'
    ) as provider,
    coalesce(
        case
            when mr.platform is null or (mr.platform = 'direct' and mq.platform is not null) then mq.platform
            else mr.platform
        end,
        t.named_platform,
        lower(t.platform_name),
        'direct'
    ) as platform,
    -- The asked id names the region (`us.`) that the answered one leaves out.
    coalesce(t.region_scope, mq.region_scope, mr.region_scope) as region_scope,
    coalesce(mr.service_tier, mq.service_tier, i.service_tier, lower(t.service_tier), 'standard') as service_tier
from steps.attempted_calls as t
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
