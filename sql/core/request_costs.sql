-- One row per request: what it costs, class by class, at the list price that held when it started.
-- grain: request_id
--
-- Nothing billed costs 0. Unknown usage and any used meter without a price make the whole cost NULL
-- with a reason. The context tier goes by the request's whole prompt, cached and written included.
with cards as (
    select
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
        card_id,
        cast(input_per_unit as decimal(18, 12)) as input_per_unit,
        cast(cache_read_per_unit as decimal(18, 12)) as cache_read_per_unit,
        cast(cache_write_5m_per_unit as decimal(18, 12)) as cache_write_5m_per_unit,
        cast(cache_write_1h_per_unit as decimal(18, 12)) as cache_write_1h_per_unit,
        cast(cache_write_30m_per_unit as decimal(18, 12)) as cache_write_30m_per_unit,
        cast(cache_write_12h_per_unit as decimal(18, 12)) as cache_write_12h_per_unit,
        cast(cache_write_per_unit as decimal(18, 12)) as cache_write_per_unit,
        cast(input_audio_per_unit as decimal(18, 12)) as input_audio_per_unit,
        cast(input_image_per_unit as decimal(18, 12)) as input_image_per_unit,
        cast(cache_read_audio_per_unit as decimal(18, 12)) as cache_read_audio_per_unit,
        cast(cache_read_image_per_unit as decimal(18, 12)) as cache_read_image_per_unit,
        cast(output_per_unit as decimal(18, 12)) as output_per_unit,
        cast(reasoning_per_unit as decimal(18, 12)) as reasoning_per_unit,
        cast(output_audio_per_unit as decimal(18, 12)) as output_audio_per_unit,
        cast(output_image_per_unit as decimal(18, 12)) as output_image_per_unit,
        cast(web_search_call_per_unit as decimal(18, 12)) as web_search_call_per_unit,
        cast(web_fetch_call_per_unit as decimal(18, 12)) as web_fetch_call_per_unit,
        cast(file_search_call_per_unit as decimal(18, 12)) as file_search_call_per_unit,
        cast(grounding_prompt_per_unit as decimal(18, 12)) as grounding_prompt_per_unit,
        cast(grounding_query_per_unit as decimal(18, 12)) as grounding_query_per_unit,
        cast(search_unit_per_unit as decimal(18, 12)) as search_unit_per_unit,
        cast(image_per_unit as decimal(18, 12)) as image_per_unit,
        cast(audio_second_per_unit as decimal(18, 12)) as audio_second_per_unit,
        cast(character_per_unit as decimal(18, 12)) as character_per_unit,
        cast(page_per_unit as decimal(18, 12)) as page_per_unit,
        cast(container_hour_per_unit as decimal(18, 12)) as container_hour_per_unit,
        cast(cache_storage_per_unit as decimal(18, 12)) as cache_storage_per_unit
    from core.price_cards
),

asked as (
    select
        r.request_id,
        r.day,
        r.started_at,
        r.provider,
        r.platform,
        r.model,
        coalesce(r.region_scope, '') as region_scope,
        case when r.is_batch and r.service_tier = 'standard' then 'batch' else r.service_tier end as service_tier,
        b.time_bands,
        r.status = 'cache_hit' or r.billed_state = 'not_billed' or r.service_tier = 'free' as is_free,
        case
            when r.status = 'cache_hit' or r.billed_state = 'not_billed' or r.service_tier = 'free' then null
            when r.usage_basis <> 'reported' then 'usage_' || r.usage_basis
            when r.billed_state = 'unknown' then 'billed_state_unknown'
            when coalesce(r.input_tokens, r.cache_read_tokens, r.cache_write_5m_tokens, r.cache_write_1h_tokens, r.cache_write_30m_tokens, r.cache_write_12h_tokens, r.cache_write_unknown_tokens, r.input_audio_tokens, r.input_image_tokens, r.cache_read_audio_tokens, r.cache_read_image_tokens, r.output_tokens, r.reasoning_tokens, r.output_audio_tokens, r.output_image_tokens, r.web_search_calls, r.web_fetch_calls, r.file_search_calls, r.grounding_prompts, r.grounding_queries, r.search_units, r.images, r.audio_seconds, r.characters, r.pages, r.container_minutes, r.cache_storage_token_hours) is null then 'usage_missing'
        end as unknown_reason,
        r.input_tokens,
        r.cache_read_tokens,
        r.cache_write_5m_tokens,
        r.cache_write_1h_tokens,
        r.cache_write_30m_tokens,
        r.cache_write_12h_tokens,
        r.cache_write_unknown_tokens,
        r.input_audio_tokens,
        r.input_image_tokens,
        r.cache_read_audio_tokens,
        r.cache_read_image_tokens,
        r.output_tokens,
        r.reasoning_tokens,
        r.output_audio_tokens,
        r.output_image_tokens,
        r.web_search_calls,
        r.web_fetch_calls,
        r.file_search_calls,
        r.grounding_prompts,
        r.grounding_queries,
        r.search_units,
        r.images,
        r.audio_seconds,
        r.characters,
        r.pages,
        r.container_minutes,
        r.cache_storage_token_hours,
        coalesce(r.input_tokens, 0)
        + coalesce(r.cache_read_tokens, 0)
        + coalesce(r.cache_write_5m_tokens, 0)
        + coalesce(r.cache_write_1h_tokens, 0)
        + coalesce(r.cache_write_30m_tokens, 0)
        + coalesce(r.cache_write_12h_tokens, 0)
        + coalesce(r.cache_write_unknown_tokens, 0)
        + coalesce(r.input_audio_tokens, 0)
        + coalesce(r.input_image_tokens, 0)
        + coalesce(r.cache_read_audio_tokens, 0)
        + coalesce(r.cache_read_image_tokens, 0) as whole_prompt_tokens,
        case when r.input_tokens > 0 then 1 else 0 end
        + case when r.cache_read_tokens > 0 then 2 else 0 end
        + case when r.cache_write_5m_tokens > 0 then 4 else 0 end
        + case when r.cache_write_1h_tokens > 0 then 8 else 0 end
        + case when r.cache_write_30m_tokens > 0 then 16 else 0 end
        + case when r.cache_write_12h_tokens > 0 then 32 else 0 end
        + case when r.cache_write_unknown_tokens > 0 then 64 else 0 end
        + case when r.input_audio_tokens > 0 then 128 else 0 end
        + case when r.input_image_tokens > 0 then 256 else 0 end
        + case when r.cache_read_audio_tokens > 0 then 512 else 0 end
        + case when r.cache_read_image_tokens > 0 then 1024 else 0 end
        + case when r.output_tokens > 0 then 2048 else 0 end
        + case when r.reasoning_tokens > 0 then 4096 else 0 end
        + case when r.output_audio_tokens > 0 then 8192 else 0 end
        + case when r.output_image_tokens > 0 then 16384 else 0 end
        + case when r.web_search_calls > 0 then 32768 else 0 end
        + case when r.web_fetch_calls > 0 then 65536 else 0 end
        + case when r.file_search_calls > 0 then 131072 else 0 end
        + case when r.grounding_prompts > 0 then 262144 else 0 end
        + case when r.grounding_queries > 0 then 524288 else 0 end
        + case when r.search_units > 0 then 1048576 else 0 end
        + case when r.images > 0 then 2097152 else 0 end
        + case when r.audio_seconds > 0 then 4194304 else 0 end
        + case when r.characters > 0 then 8388608 else 0 end
        + case when r.pages > 0 then 16777216 else 0 end
        + case when r.container_minutes > 0 then 33554432 else 0 end
        + case when r.cache_storage_token_hours > 0 then 67108864 else 0 end as meters_used
    from core.requests as r
    left join steps.time_bands_in_force as b
        on date_trunc('minute', r.started_at) = b.minute
),

metered as (
    select
        a.request_id,
        a.day,
        a.model,
        a.is_free,
        a.unknown_reason,
        c.card_id,
        case when a.is_free or a.unknown_reason is not null then 0 else a.meters_used end as meters_used,
        case when coalesce(a.input_tokens, 0) = 0 then 0 else a.input_tokens * c.input_per_unit end
        + case when coalesce(a.input_audio_tokens, 0) = 0 then 0 else a.input_audio_tokens * c.input_audio_per_unit end
        + case when coalesce(a.input_image_tokens, 0) = 0 then 0 else a.input_image_tokens * c.input_image_per_unit end as input_cost,
        case when coalesce(a.cache_read_tokens, 0) = 0 then 0 else a.cache_read_tokens * c.cache_read_per_unit end
        + case when coalesce(a.cache_read_audio_tokens, 0) = 0 then 0 else a.cache_read_audio_tokens * c.cache_read_audio_per_unit end
        + case when coalesce(a.cache_read_image_tokens, 0) = 0 then 0 else a.cache_read_image_tokens * c.cache_read_image_per_unit end as cache_read_cost,
        case when coalesce(a.cache_write_5m_tokens, 0) = 0 then 0 else a.cache_write_5m_tokens * c.cache_write_5m_per_unit end
        + case when coalesce(a.cache_write_1h_tokens, 0) = 0 then 0 else a.cache_write_1h_tokens * c.cache_write_1h_per_unit end
        + case when coalesce(a.cache_write_30m_tokens, 0) = 0 then 0 else a.cache_write_30m_tokens * c.cache_write_30m_per_unit end
        + case when coalesce(a.cache_write_12h_tokens, 0) = 0 then 0 else a.cache_write_12h_tokens * c.cache_write_12h_per_unit end
        + case when coalesce(a.cache_write_unknown_tokens, 0) = 0 then 0 else a.cache_write_unknown_tokens * c.cache_write_per_unit end as cache_write_cost,
        case when coalesce(a.output_tokens, 0) = 0 then 0 else a.output_tokens * c.output_per_unit end
        + case when coalesce(a.reasoning_tokens, 0) = 0 then 0 else a.reasoning_tokens * c.reasoning_per_unit end
        + case when coalesce(a.output_audio_tokens, 0) = 0 then 0 else a.output_audio_tokens * c.output_audio_per_unit end
        + case when coalesce(a.output_image_tokens, 0) = 0 then 0 else a.output_image_tokens * c.output_image_per_unit end as output_cost,
        case when coalesce(a.reasoning_tokens, 0) = 0 then 0 else a.reasoning_tokens * c.reasoning_per_unit end as reasoning_cost,
        case when coalesce(a.web_search_calls, 0) = 0 then 0 else a.web_search_calls * c.web_search_call_per_unit end
        + case when coalesce(a.web_fetch_calls, 0) = 0 then 0 else a.web_fetch_calls * c.web_fetch_call_per_unit end
        + case when coalesce(a.file_search_calls, 0) = 0 then 0 else a.file_search_calls * c.file_search_call_per_unit end
        + case when coalesce(a.grounding_prompts, 0) = 0 then 0 else a.grounding_prompts * c.grounding_prompt_per_unit end
        + case when coalesce(a.grounding_queries, 0) = 0 then 0 else a.grounding_queries * c.grounding_query_per_unit end
        + case when coalesce(a.search_units, 0) = 0 then 0 else a.search_units * c.search_unit_per_unit end
        + case when coalesce(a.images, 0) = 0 then 0 else a.images * c.image_per_unit end
        + case when coalesce(a.audio_seconds, 0) = 0 then 0 else a.audio_seconds * c.audio_second_per_unit end
        + case when coalesce(a.characters, 0) = 0 then 0 else a.characters * c.character_per_unit end
        + case when coalesce(a.pages, 0) = 0 then 0 else a.pages * c.page_per_unit end
        + case when coalesce(a.container_minutes, 0) = 0 then 0 else decimal_division(a.container_minutes * c.container_hour_per_unit, 60, 12) end
        + case when coalesce(a.cache_storage_token_hours, 0) = 0 then 0 else a.cache_storage_token_hours * c.cache_storage_per_unit end as tool_cost
    from asked as a
    left join cards as c
        on
            a.provider = c.provider
            and a.platform = c.platform
            and a.region_scope = c.region_scope
            and a.model = c.model
            and a.service_tier = c.service_tier
            and a.started_at >= c.valid_from
            and a.started_at < c.valid_to
            and a.whole_prompt_tokens > c.ctx_gt
            and a.whole_prompt_tokens <= c.ctx_le
            and (c.time_band is null or contains(a.time_bands, '|' || c.time_band || '|'))
),

uses as (
    select distinct
        card_id,
        meters_used
    from metered
    where meters_used > 0 and card_id is not null
),

used_lines as (
    select
        u.card_id,
        u.meters_used,
        m.meter,
        m.bit,
        l.price_id,
        k.has_own_prices
    from uses as u
    inner join core.meters as m
        on (u.meters_used // m.bit) % 2 = 1
    inner join (
        select distinct
            card_id,
            has_own_prices
        from core.price_cards
    ) as k
        on u.card_id = k.card_id
    left join core.price_lines as l
        on u.card_id = l.card_id and m.meter = l.meter
),

bills as (
    select
        card_id,
        meters_used,
        string_agg(distinct price_id, ',' order by price_id) as price_ids,
        case
            when bool_and(price_id is not null) then null
            when not bool_or(has_own_prices) then 'no_price_at_date'
            else 'no_price_for_meter:' || arg_min(meter, bit) filter (where price_id is null)
        end as missing_reason
    from used_lines
    group by card_id, meters_used
),

judged as (
    select
        m.request_id,
        m.day,
        m.input_cost,
        m.cache_read_cost,
        m.cache_write_cost,
        m.output_cost,
        m.reasoning_cost,
        m.tool_cost,
        m.is_free,
        b.price_ids,
        case
            when m.is_free then null
            when m.unknown_reason is not null then m.unknown_reason
            when m.meters_used = 0 then null
            when m.card_id is not null then b.missing_reason
            when m.model in (select k.model from core.price_keys as k) then 'no_price_for_scope'
            else 'unknown_model'
        end as unpriced_reason
    from metered as m
    left join bills as b
        on m.card_id = b.card_id and m.meters_used = b.meters_used
)

select
    j.request_id,
    j.day,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.input_cost as decimal(38, 12)) end as input_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.cache_read_cost as decimal(38, 12)) end as cache_read_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.cache_write_cost as decimal(38, 12)) end as cache_write_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.output_cost as decimal(38, 12)) end as output_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.reasoning_cost as decimal(38, 12)) end as reasoning_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.tool_cost as decimal(38, 12)) end as tool_cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.input_cost + j.cache_read_cost + j.cache_write_cost + j.output_cost + j.tool_cost as decimal(38, 12)) end as cost_usd,
    case when j.is_free then 0 when j.unpriced_reason is null then cast(j.input_cost + j.cache_read_cost + j.cache_write_cost + j.output_cost + j.tool_cost as decimal(38, 12)) end as list_cost_usd,
    case when j.unpriced_reason is null then 'metered_list' else 'unpriced' end as cost_basis,
    j.unpriced_reason,
    case when j.unpriced_reason is null then j.price_ids end as price_ids,
    v.price_revision
from judged as j
cross join core.price_revision as v
order by j.request_id
