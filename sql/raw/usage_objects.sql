-- One row per billed entry of each usage object in raw.usage_bodies, token classes disjoint
-- grain: body_id, entry_no
with
united as (
    select * from raw.usage_objects_inclusive
    union all by name
    select * from raw.usage_objects_exclusive
    union all by name
    select * from raw.usage_objects_gemini
    union all by name
    select * from raw.usage_objects_disjoint
)

select
    body_id,
    entry_no,
    entry_model,
    entry_type,
    normalisation_rule,
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
    input_tool_tokens,
    input_video_tokens,
    cache_read_video_tokens,
    processed_input_tokens,
    processed_output_tokens,
    server_tool_calls,
    declared_tokens,
    residual_tokens,
    reported_cost_usd,
    problem
from united
order by body_id, entry_no
