-- One row per request and price sheet: its card, the meters it used, and what its tokens cost by the card
-- grain: request_id, is_own_sheet
--
-- Every request is priced on the list, and on the sheet of its account where it has one. Nothing
-- billed costs 0; unknown usage has no cost. The context tier goes by the request's whole prompt,
-- cached and written included. A request that a commitment covers is priced like a standard one, for
-- comparison. Prices are whole trillionths of a USD, 900,000,000 at most: of 600,000,000 tokens a class
-- no sum overflows. A request with more, with a price that is on no card or none at all, or with any
-- meter but tokens, is itemised.
with sheets as (
    select
        r.*,
        false as is_own_sheet,
        'list' as price_group
    from core.requests as r
    union all
    select
        r.*,
        true as is_own_sheet,
        o.price_group
    from core.requests as r
    inner join steps.own_sheets as o
        on r.request_id = o.request_id
),

asked as (
    select
        s.*,
        b.time_bands,
        lower(coalesce(s.region_scope, '')) as list_region_scope,
        case
            when v.request_id is not null then 'standard'
            when s.is_batch and s.service_tier = 'standard' then 'batch'
            else s.service_tier
        end as list_service_tier,
        s.status = 'cache_hit' or s.billed_state = 'not_billed' or s.service_tier = 'free' as is_free,
        case
            when s.usage_basis <> 'reported' then 'usage_' || s.usage_basis
            when s.billed_state = 'unknown' then 'billed_state_unknown'
            when
                coalesce(
                    s.input_tokens,
                    s.cache_read_tokens,
                    s.cache_write_5m_tokens,
                    s.cache_write_1h_tokens,
                    s.cache_write_30m_tokens,
                    s.cache_write_12h_tokens,
                    s.cache_write_unknown_tokens,
                    s.input_audio_tokens,
                    s.input_image_tokens,
                    s.cache_read_audio_tokens,
                    s.cache_read_image_tokens,
                    s.output_tokens,
                    s.reasoning_tokens,
                    s.output_audio_tokens,
                    s.output_image_tokens,
                    s.web_search_calls,
                    s.web_fetch_calls,
                    s.file_search_calls,
                    s.grounding_prompts,
                    s.grounding_queries,
                    s.search_units,
                    s.images,
                    s.audio_seconds,
                    s.characters,
                    s.pages,
                    s.container_minutes,
                    s.cache_storage_token_hours
                ) is null
                then 'usage_missing'
        end as unknown_reason,
        coalesce(s.input_tokens, 0)
        + coalesce(s.cache_read_tokens, 0)
        + coalesce(s.cache_write_5m_tokens, 0)
        + coalesce(s.cache_write_1h_tokens, 0)
        + coalesce(s.cache_write_30m_tokens, 0)
        + coalesce(s.cache_write_12h_tokens, 0)
        + coalesce(s.cache_write_unknown_tokens, 0)
        + coalesce(s.input_audio_tokens, 0)
        + coalesce(s.input_image_tokens, 0)
        + coalesce(s.cache_read_audio_tokens, 0)
        + coalesce(s.cache_read_image_tokens, 0) as whole_prompt_tokens,
        coalesce(s.output_tokens, 0)
        + coalesce(s.reasoning_tokens, 0)
        + coalesce(s.output_audio_tokens, 0)
        + coalesce(s.output_image_tokens, 0) as whole_output_tokens,
        case when s.input_tokens > 0 then 1 else 0 end
        + case when s.cache_read_tokens > 0 then 2 else 0 end
        + case when s.cache_write_5m_tokens > 0 then 4 else 0 end
        + case when s.cache_write_1h_tokens > 0 then 8 else 0 end
        + case when s.cache_write_30m_tokens > 0 then 16 else 0 end
        + case when s.cache_write_12h_tokens > 0 then 32 else 0 end
        + case when s.cache_write_unknown_tokens > 0 then 64 else 0 end
        + case when s.input_audio_tokens > 0 then 128 else 0 end
        + case when s.input_image_tokens > 0 then 256 else 0 end
        + case when s.cache_read_audio_tokens > 0 then 512 else 0 end
        + case when s.cache_read_image_tokens > 0 then 1024 else 0 end
        + case when s.output_tokens > 0 then 2048 else 0 end
        + case when s.reasoning_tokens > 0 then 4096 else 0 end
        + case when s.output_audio_tokens > 0 then 8192 else 0 end
        + case when s.output_image_tokens > 0 then 16384 else 0 end
        -- Few requests use any of these: one look at all of them is quicker than one at each.
        + case
            when
                s.web_search_calls is not null
                or s.web_fetch_calls is not null
                or s.file_search_calls is not null
                or s.grounding_prompts is not null
                or s.grounding_queries is not null
                or s.search_units is not null
                or s.images is not null
                or s.audio_seconds is not null
                or s.characters is not null
                or s.pages is not null
                or s.container_minutes is not null
                or s.cache_storage_token_hours is not null
                then
                    case when s.web_search_calls > 0 then 32768 else 0 end
                    + case when s.web_fetch_calls > 0 then 65536 else 0 end
                    + case when s.file_search_calls > 0 then 131072 else 0 end
                    + case when s.grounding_prompts > 0 then 262144 else 0 end
                    + case when s.grounding_queries > 0 then 524288 else 0 end
                    + case when s.search_units > 0 then 1048576 else 0 end
                    + case when s.images > 0 then 2097152 else 0 end
                    + case when s.audio_seconds > 0 then 4194304 else 0 end
                    + case when s.characters > 0 then 8388608 else 0 end
                    + case when s.pages > 0 then 16777216 else 0 end
                    + case
                        when s.container_minutes > 0
                            then case s.container_size
                                when '1gb' then 134217728
                                when '4gb' then 268435456
                                when '16gb' then 536870912
                                when '64gb' then 1073741824
                                else 33554432
                            end
                        else 0
                    end
                    + case when s.cache_storage_token_hours > 0 then 67108864 else 0 end
            else 0
        end as meters_used
    from sheets as s
    left join steps.time_bands_in_force as b
        on date_trunc('minute', s.started_at) = b.minute
    left join steps.committed_requests as v
        on s.request_id = v.request_id
),

products as (
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
    from asked as a
    left join core.price_cards as c
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
