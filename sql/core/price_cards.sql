-- One row per cell of a price list as requests name it: what one token of each class costs there.
-- grain: price_group, provider, platform, region_scope, model, service_tier, valid_from, ctx_gt, time_band
--
-- Exactly one card holds for any request that names a known list: the cells cover all time, every
-- prompt size and, where prices go by the clock, every minute of the week. Prices are in trillionths
-- of a USD, small enough for sums in 64 bits. One that is no whole number of them, or above 900 USD
-- a million, or in another currency, is not here: lines of `core.sheet_lines` price it.
with lines as (
    select
        l.*,
        case when b.currency is null then l.price_per_unit * 1000000000000 end as price
    from core.sheet_lines as l
    left join core.billing_currencies as b
        on l.provider = b.provider
),

whole_lines as (
    select
        *,
        case when price <= 900000000 and round(price, 0) = price then cast(round(price, 0) as bigint) end as trillionths
    from lines
),

cells as (
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
        max(case when meter = 'input' then trillionths end) as input_trillionths,
        max(case when meter = 'cache_read' then trillionths end) as cache_read_trillionths,
        max(case when meter = 'cache_write_5m' then trillionths end) as cache_write_5m_trillionths,
        max(case when meter = 'cache_write_1h' then trillionths end) as cache_write_1h_trillionths,
        max(case when meter = 'cache_write_30m' then trillionths end) as cache_write_30m_trillionths,
        max(case when meter = 'cache_write_12h' then trillionths end) as cache_write_12h_trillionths,
        max(case when meter = 'cache_write' then trillionths end) as cache_write_trillionths,
        max(case when meter = 'input_audio' then trillionths end) as input_audio_trillionths,
        max(case when meter = 'input_image' then trillionths end) as input_image_trillionths,
        max(case when meter = 'cache_read_audio' then trillionths end) as cache_read_audio_trillionths,
        max(case when meter = 'cache_read_image' then trillionths end) as cache_read_image_trillionths,
        max(case when meter = 'output' then trillionths end) as output_trillionths,
        max(case when meter = 'reasoning' then trillionths end) as reasoning_trillionths,
        max(case when meter = 'output_audio' then trillionths end) as output_audio_trillionths,
        max(case when meter = 'output_image' then trillionths end) as output_image_trillionths
    from whole_lines
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
from core.price_keys as k
inner join cells as c
    on
        k.provider = c.provider
        and k.platform = c.platform
        and k.list_region_scope = c.region_scope
        and k.model = c.model
        and k.list_service_tier = c.service_tier
order by
    c.price_group, k.provider, k.platform, k.region_scope, k.model, k.service_tier, c.valid_from, c.ctx_gt, c.time_band
