-- One row per request: who and what it was for, how it ended, what it used and what it cost.
-- grain: request_id

select
    requests.request_id,
    requests.call_id,
    requests.attempt_no,
    requests.is_final_attempt,
    requests.attempt_count_known,
    requests.retry_evidence,
    requests.retry_confidence,
    requests.trace_id,
    requests.span_id,
    requests.workflow_run_id,
    requests.started_at,
    requests.latency_ms,
    requests.day,
    requests.provider,
    requests.platform,
    requests.region_scope,
    requests.account_id,
    requests.sampling_weight,
    requests.request_model,
    requests.response_model,
    requests.model,
    requests.model_rule,
    requests.operation,
    requests.container_size,
    requests.service_tier,
    requests.is_batch,
    requests.provider_response_id,
    requests.workflow,
    requests.stage,
    requests.task_id,
    requests.task_type,
    requests.customer_id,
    requests.user_id,
    requests.feature,
    requests.team,
    requests.environment,
    requests.session_id,
    requests.prompt_name,
    requests.prompt_version,
    requests.service_name,
    requests.input_tokens,
    requests.cache_read_tokens,
    requests.cache_write_5m_tokens,
    requests.cache_write_1h_tokens,
    requests.cache_write_30m_tokens,
    requests.cache_write_12h_tokens,
    requests.cache_write_unknown_tokens,
    requests.input_audio_tokens,
    requests.input_image_tokens,
    requests.cache_read_audio_tokens,
    requests.cache_read_image_tokens,
    requests.output_tokens,
    requests.reasoning_tokens,
    requests.output_audio_tokens,
    requests.output_image_tokens,
    requests.prompt_tokens,
    requests.completion_tokens,
    requests.web_search_calls,
    requests.web_fetch_calls,
    requests.file_search_calls,
    requests.grounding_prompts,
    requests.grounding_queries,
    requests.search_units,
    requests.images,
    requests.audio_seconds,
    requests.characters,
    requests.pages,
    requests.container_minutes,
    requests.cache_storage_token_hours,
    requests.status,
    requests.error_type,
    requests.http_status,
    requests.finish_reason,
    requests.billed_state,
    requests.usage_basis,
    requests.normalisation_rule,
    requests.residual_tokens,
    requests.reported_cost_usd,
    costs.input_cost_usd,
    costs.cache_read_cost_usd,
    costs.cache_write_cost_usd,
    costs.output_cost_usd,
    costs.reasoning_cost_usd,
    costs.tool_cost_usd,
    costs.commitment_cost_usd,
    costs.cost_usd,
    costs.list_cost_usd,
    costs.contracted_cost_usd,
    costs.cost_basis,
    costs.unpriced_reason,
    costs.price_ids,
    costs.contract_ids,
    costs.price_revision,
    case
        when
            coalesce(
                requests.cache_write_5m_tokens,
                requests.cache_write_1h_tokens,
                requests.cache_write_30m_tokens,
                requests.cache_write_12h_tokens,
                requests.cache_write_unknown_tokens
            ) is not null
            then
                coalesce(requests.cache_write_5m_tokens, 0)
                + coalesce(requests.cache_write_1h_tokens, 0)
                + coalesce(requests.cache_write_30m_tokens, 0)
                + coalesce(requests.cache_write_12h_tokens, 0)
                + coalesce(requests.cache_write_unknown_tokens, 0)
    end as cache_write_tokens,
    case
        when
            coalesce(
                requests.input_audio_tokens,
                requests.input_image_tokens,
                requests.cache_read_audio_tokens,
                requests.cache_read_image_tokens
            ) is not null
            then
                coalesce(requests.input_audio_tokens, 0)
                + coalesce(requests.input_image_tokens, 0)
                + coalesce(requests.cache_read_audio_tokens, 0)
                + coalesce(requests.cache_read_image_tokens, 0)
    end as input_media_tokens,
    case
        when coalesce(requests.output_audio_tokens, requests.output_image_tokens) is not null
            then
                coalesce(requests.output_audio_tokens, 0)
                + coalesce(requests.output_image_tokens, 0)
    end as output_media_tokens,
    tasks.outcome,
    -- The first that holds, so that no request is wasted twice.
    case
        when requests.status = 'timeout' then 'timed_out'
        when requests.status = 'error' then 'errored'
        when requests.status in ('refused', 'cancelled', 'incomplete', 'truncated') then requests.status
        when not requests.is_final_attempt then 'retried'
        when tasks.outcome = 'failure' then 'failed_task'
    end as waste_class,
    coalesce(costs.cost_usd, bounds.cost_lower_bound_usd) as cost_lower_bound_usd,
    coalesce(costs.cost_usd, bounds.cost_upper_bound_usd) as cost_upper_bound_usd
from core.requests as requests
inner join core.request_costs as costs
    on requests.request_id = costs.request_id and costs.day = $day
left join core.tasks as tasks
    on requests.task_id = tasks.task_id and tasks.day = $day
left join steps.cost_bounds as bounds
    on requests.request_id = bounds.request_id
where requests.day = $day
order by requests.started_at, requests.request_id
