-- One row per request and price sheet: its card, the meters it used, and what its tokens cost by the card
-- grain: request_id, is_own_sheet
--
-- Prices are whole trillionths of a USD, 900,000,000 at most: of 600,000,000 tokens a class no sum
-- overflows. A request with more, with a price that is on no card or none at all, or with any meter
-- but tokens, is itemised.
with products as (
    select
        a.request_id,
        a.is_own_sheet,
        a.day,
        a.is_free,
        a.unknown_reason,
        a.meters_used,
        a.whole_prompt_tokens + a.whole_output_tokens as whole_tokens,
        c.card_id,
        case
            when a.input_tokens between 1 and 600000000
                then a.input_tokens * c.input_trillionths
            else 0
        end as input,
        case
            when a.cache_read_tokens between 1 and 600000000
                then a.cache_read_tokens * c.cache_read_trillionths
            else 0
        end as cache_read,
        case
            when a.cache_write_5m_tokens between 1 and 600000000
                then a.cache_write_5m_tokens * c.cache_write_5m_trillionths
            else 0
        end as cache_write_5m,
        case
            when a.cache_write_1h_tokens between 1 and 600000000
                then a.cache_write_1h_tokens * c.cache_write_1h_trillionths
            else 0
        end as cache_write_1h,
        case
            when a.cache_write_30m_tokens between 1 and 600000000
                then a.cache_write_30m_tokens * c.cache_write_30m_trillionths
            else 0
        end as cache_write_30m,
        case
            when a.cache_write_12h_tokens between 1 and 600000000
                then a.cache_write_12h_tokens * c.cache_write_12h_trillionths
            else 0
        end as cache_write_12h,
        case
            when a.cache_write_unknown_tokens between 1 and 600000000
                then a.cache_write_unknown_tokens * c.cache_write_trillionths
            else 0
        end as cache_write,
        case
            when a.input_audio_tokens between 1 and 600000000
                then a.input_audio_tokens * c.input_audio_trillionths
            else 0
        end as input_audio,
        case
            when a.input_image_tokens between 1 and 600000000
                then a.input_image_tokens * c.input_image_trillionths
            else 0
        end as input_image,
        case
            when a.cache_read_audio_tokens between 1 and 600000000
                then a.cache_read_audio_tokens * c.cache_read_audio_trillionths
            else 0
        end as cache_read_audio,
        case
            when a.cache_read_image_tokens between 1 and 600000000
                then a.cache_read_image_tokens * c.cache_read_image_trillionths
            else 0
        end as cache_read_image,
        case
            when a.output_tokens between 1 and 600000000
                then a.output_tokens * c.output_trillionths
            else 0
        end as output,
        case
            when a.reasoning_tokens between 1 and 600000000
                then a.reasoning_tokens * c.reasoning_trillionths
            else 0
        end as reasoning,
        case
            when a.output_audio_tokens between 1 and 600000000
                then a.output_audio_tokens * c.output_audio_trillionths
            else 0
        end as output_audio,
        case
            when a.output_image_tokens between 1 and 600000000
                then a.output_image_tokens * c.output_image_trillionths
            else 0
        end as output_image
    from steps.asks as a
    left join steps.cards_in_force as c
        on
            a.price_group = c.price_group
            and a.provider = c.provider
            and a.platform = c.platform
            and a.list_region_scope = c.region_scope
            and a.model = c.model
            and a.list_service_tier = c.service_tier
            and a.started_at >= c.valid_from
            and a.started_at < c.valid_to
            and a.whole_prompt_tokens > c.ctx_gt
            and a.whole_prompt_tokens <= c.ctx_le
            and (c.time_band is null or contains(a.time_bands, '|' || c.time_band || '|'))
),

sums as (
    select
        request_id,
        is_own_sheet,
        day,
        is_free,
        unknown_reason,
        meters_used,
        whole_tokens,
        card_id,
        reasoning,
        not is_free and unknown_reason is null as is_charged,
        input + input_audio + input_image as all_input,
        cache_read + cache_read_audio + cache_read_image as all_cache_read,
        cache_write_5m + cache_write_1h + cache_write_30m + cache_write_12h + cache_write as all_cache_write,
        output + reasoning + output_audio + output_image as all_output
    from products
)

select
    request_id,
    is_own_sheet,
    day,
    is_free,
    unknown_reason,
    meters_used,
    card_id,
    is_charged
    and meters_used > 0
    and (
        meters_used >= 32768
        or whole_tokens > 600000000
        or all_input + all_cache_read + all_cache_write + all_output is null
    ) as is_itemised,
    case when is_charged then all_input when is_free then 0 end as input_trillionths,
    case when is_charged then all_cache_read when is_free then 0 end as cache_read_trillionths,
    case when is_charged then all_cache_write when is_free then 0 end as cache_write_trillionths,
    case when is_charged then all_output when is_free then 0 end as output_trillionths,
    case when is_charged then reasoning when is_free then 0 end as reasoning_trillionths
from sums
