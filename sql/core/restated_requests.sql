-- One row per request of the day: what it is known to have used and cost.
-- grain: request_id

select
    requests.request_id,
    requests.day,
    requests.provider,
    requests.model,
    requests.feature,
    requests.workflow,
    requests.customer_id,
    md5(
        concat_ws(
            '|',
            requests.status,
            requests.billed_state,
            requests.usage_basis,
            coalesce(cast(requests.input_tokens as varchar), ''),
            coalesce(cast(requests.cache_read_tokens as varchar), ''),
            coalesce(cast(requests.cache_write_5m_tokens as varchar), ''),
            coalesce(cast(requests.cache_write_1h_tokens as varchar), ''),
            coalesce(cast(requests.cache_write_30m_tokens as varchar), ''),
            coalesce(cast(requests.cache_write_12h_tokens as varchar), ''),
            coalesce(cast(requests.cache_write_unknown_tokens as varchar), ''),
            coalesce(cast(requests.input_audio_tokens as varchar), ''),
            coalesce(cast(requests.input_image_tokens as varchar), ''),
            coalesce(cast(requests.cache_read_audio_tokens as varchar), ''),
            coalesce(cast(requests.cache_read_image_tokens as varchar), ''),
            coalesce(cast(requests.output_tokens as varchar), ''),
            coalesce(cast(requests.reasoning_tokens as varchar), ''),
            coalesce(cast(requests.output_audio_tokens as varchar), ''),
            coalesce(cast(requests.output_image_tokens as varchar), ''),
            coalesce(cast(requests.web_search_calls as varchar), ''),
            coalesce(cast(requests.web_fetch_calls as varchar), ''),
            coalesce(cast(requests.file_search_calls as varchar), ''),
            coalesce(cast(requests.grounding_prompts as varchar), ''),
            coalesce(cast(requests.grounding_queries as varchar), ''),
            coalesce(cast(requests.search_units as varchar), ''),
            coalesce(cast(requests.images as varchar), ''),
            coalesce(cast(requests.audio_seconds as varchar), ''),
            coalesce(cast(requests.characters as varchar), ''),
            coalesce(cast(requests.pages as varchar), ''),
            coalesce(cast(requests.container_minutes as varchar), ''),
            coalesce(cast(requests.cache_storage_token_hours as varchar), '')
        )
    ) as usage_digest,
    costs.cost_usd,
    costs.unpriced_reason,
    costs.price_ids,
    costs.price_revision,
    requests.source_format,
    requests.source_file,
    requests.source_line
from core.requests as requests
inner join core.request_costs as costs
    on requests.request_id = costs.request_id and requests.day = costs.day
where requests.day = $day
order by requests.request_id
