-- One row per request whose disjoint token classes do not add up to its prompt or completion total.
-- grain: day, subject
-- severity: warn

with summed as (
    select
        day,
        request_id,
        normalisation_rule,
        prompt_tokens,
        completion_tokens,
        coalesce(input_tokens, 0)
        + coalesce(cache_read_tokens, 0)
        + coalesce(cache_write_5m_tokens, 0)
        + coalesce(cache_write_1h_tokens, 0)
        + coalesce(cache_write_30m_tokens, 0)
        + coalesce(cache_write_12h_tokens, 0)
        + coalesce(cache_write_unknown_tokens, 0)
        + coalesce(input_audio_tokens, 0)
        + coalesce(input_image_tokens, 0)
        + coalesce(cache_read_audio_tokens, 0)
        + coalesce(cache_read_image_tokens, 0) as input_sum,
        coalesce(output_tokens, 0)
        + coalesce(reasoning_tokens, 0)
        + coalesce(output_audio_tokens, 0)
        + coalesce(output_image_tokens, 0) as output_sum
    from core.requests
    where day = $day
)

select
    day,
    request_id as subject,
    concat(
        'prompt ', prompt_tokens, ' against ', input_sum, ', completion ', completion_tokens, ' against ', output_sum,
        ' by rule ', normalisation_rule
    ) as detail
from summed
where prompt_tokens <> input_sum or completion_tokens <> output_sum
order by subject
