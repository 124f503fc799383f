-- One row per cell of a price list as requests name it, with one price per meter; also as contracts change it.
-- grain: price_group, provider, platform, region_scope, model, service_tier, valid_from, ctx_gt, time_band
--
-- Exactly one card holds for any request that names a known list: the cells cover all time, every
-- prompt size and, where prices go by the clock, every minute of the week.
with cells as (
    select
        card_id,
        price_group,
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        valid_from,
        valid_to,
        ctx_gt,
        ctx_le,
        time_band,
        max(case when meter = 'input' then price_per_unit end) as input_per_unit,
        max(case when meter = 'cache_read' then price_per_unit end) as cache_read_per_unit,
        max(case when meter = 'cache_write_5m' then price_per_unit end) as cache_write_5m_per_unit,
        max(case when meter = 'cache_write_1h' then price_per_unit end) as cache_write_1h_per_unit,
        max(case when meter = 'cache_write_30m' then price_per_unit end) as cache_write_30m_per_unit,
        max(case when meter = 'cache_write_12h' then price_per_unit end) as cache_write_12h_per_unit,
        max(case when meter = 'cache_write' then price_per_unit end) as cache_write_per_unit,
        max(case when meter = 'input_audio' then price_per_unit end) as input_audio_per_unit,
        max(case when meter = 'input_image' then price_per_unit end) as input_image_per_unit,
        max(case when meter = 'cache_read_audio' then price_per_unit end) as cache_read_audio_per_unit,
        max(case when meter = 'cache_read_image' then price_per_unit end) as cache_read_image_per_unit,
        max(case when meter = 'output' then price_per_unit end) as output_per_unit,
        max(case when meter = 'reasoning' then price_per_unit end) as reasoning_per_unit,
        max(case when meter = 'output_audio' then price_per_unit end) as output_audio_per_unit,
        max(case when meter = 'output_image' then price_per_unit end) as output_image_per_unit,
        max(case when meter = 'web_search_call' then price_per_unit end) as web_search_call_per_unit,
        max(case when meter = 'web_fetch_call' then price_per_unit end) as web_fetch_call_per_unit,
        max(case when meter = 'file_search_call' then price_per_unit end) as file_search_call_per_unit,
        max(case when meter = 'grounding_prompt' then price_per_unit end) as grounding_prompt_per_unit,
        max(case when meter = 'grounding_query' then price_per_unit end) as grounding_query_per_unit,
        max(case when meter = 'search_unit' then price_per_unit end) as search_unit_per_unit,
        max(case when meter = 'image' then price_per_unit end) as image_per_unit,
        max(case when meter = 'audio_second' then price_per_unit end) as audio_second_per_unit,
        max(case when meter = 'character' then price_per_unit end) as character_per_unit,
        max(case when meter = 'page' then price_per_unit end) as page_per_unit,
        max(case when meter = 'container_hour' then price_per_unit end) as container_hour_per_unit,
        max(case when meter = 'cache_storage' then price_per_unit end) as cache_storage_per_unit,
        max(case when meter = 'container_1gb' then price_per_unit end) as container_1gb_per_unit,
        max(case when meter = 'container_4gb' then price_per_unit end) as container_4gb_per_unit,
        max(case when meter = 'container_16gb' then price_per_unit end) as container_16gb_per_unit,
        max(case when meter = 'container_64gb' then price_per_unit end) as container_64gb_per_unit
    from core.sheet_lines
    group by
        card_id,
        price_group,
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        valid_from,
        valid_to,
        ctx_gt,
        ctx_le,
        time_band
)

select
    c.price_group,
    k.provider,
    k.platform,
    k.region_scope,
    k.model,
    k.service_tier,
    c.valid_from,
    c.valid_to,
    c.ctx_gt,
    c.ctx_le,
    c.time_band,
    c.card_id,
    coalesce(b.currency, 'USD') as currency,
    c.input_per_unit,
    c.cache_read_per_unit,
    c.cache_write_5m_per_unit,
    c.cache_write_1h_per_unit,
    c.cache_write_30m_per_unit,
    c.cache_write_12h_per_unit,
    c.cache_write_per_unit,
    c.input_audio_per_unit,
    c.input_image_per_unit,
    c.cache_read_audio_per_unit,
    c.cache_read_image_per_unit,
    c.output_per_unit,
    c.reasoning_per_unit,
    c.output_audio_per_unit,
    c.output_image_per_unit,
    c.web_search_call_per_unit,
    c.web_fetch_call_per_unit,
    c.file_search_call_per_unit,
    c.grounding_prompt_per_unit,
    c.grounding_query_per_unit,
    c.search_unit_per_unit,
    c.image_per_unit,
    c.audio_second_per_unit,
    c.character_per_unit,
    c.page_per_unit,
    c.container_hour_per_unit,
    c.cache_storage_per_unit,
    c.container_1gb_per_unit,
    c.container_4gb_per_unit,
    c.container_16gb_per_unit,
    c.container_64gb_per_unit
from core.price_keys as k
inner join cells as c
    on
        k.provider = c.provider
        and k.platform = c.platform
        and k.list_region_scope = c.region_scope
        and k.model = c.model
        and k.list_service_tier = c.service_tier
left join core.billing_currencies as b
    on k.provider = b.provider
order by
    c.price_group, k.provider, k.platform, k.region_scope, k.model, k.service_tier, c.valid_from, c.ctx_gt, c.time_band
