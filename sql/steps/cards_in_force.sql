-- One row per price card that is in force at some time between the first request and the last
-- grain: price_group, provider, platform, region_scope, model, service_tier, valid_from, ctx_gt, time_band
-- view
--
-- Of the many versions of a price a day sees one or two; no request is held against the others.
select
    c.price_group,
    c.provider,
    c.platform,
    c.region_scope,
    c.model,
    c.service_tier,
    c.valid_from,
    c.valid_to,
    c.ctx_gt,
    c.ctx_le,
    c.time_band,
    c.card_id,
    c.input_trillionths,
    c.cache_read_trillionths,
    c.cache_write_5m_trillionths,
    c.cache_write_1h_trillionths,
    c.cache_write_30m_trillionths,
    c.cache_write_12h_trillionths,
    c.cache_write_trillionths,
    c.input_audio_trillionths,
    c.input_image_trillionths,
    c.cache_read_audio_trillionths,
    c.cache_read_image_trillionths,
    c.output_trillionths,
    c.reasoning_trillionths,
    c.output_audio_trillionths,
    c.output_image_trillionths
from core.price_cards as c
where
    c.valid_from <= (select max(r.started_at) from core.requests as r)
    and c.valid_to > (select min(r.started_at) from core.requests as r)
