-- One row per request: what it costs, class by class, at the list price that held when it started.
-- grain: request_id
--
-- Nothing billed costs 0. Unknown usage, and any used meter without a price, make the whole cost
-- NULL with a reason. The context tier goes by the request's whole prompt, cached and written
-- included. Containers are counted in minutes and priced by the hour.
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
    where currency = 'USD'
),

asked as (
    select
        r.request_id,
        r.day,
        r.started_at,
        r.provider,
        r.platform,
        r.model,
        r.model_rule,
        r.billed_state,
        r.usage_basis,
        lower(coalesce(r.region_scope, '')) as region_scope,
        case when r.is_batch and r.service_tier = 'standard' then 'batch' else r.service_tier end as service_tier,
        b.time_bands,
        r.status = 'cache_hit' or r.billed_state = 'not_billed' or r.service_tier = 'free' as is_free,
        coalesce(
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
            r.cache_storage_token_hours
        ) is not null as has_usage,
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
        a.model_rule,
        a.is_free,
        a.meters_used,
        case
            when a.is_free then null
            when a.usage_basis <> 'reported' then 'usage_' || a.usage_basis
            when a.billed_state = 'unknown' then 'billed_state_unknown'
            when not a.has_usage then 'usage_missing'
        end as unknown_reason,
        c.card_id,
        case when a.input_tokens > 0 then a.input_tokens * c.input_per_unit else 0 end
        + case when a.input_audio_tokens > 0 then a.input_audio_tokens * c.input_audio_per_unit else 0 end
        + case
            when a.input_image_tokens > 0 then a.input_image_tokens * c.input_image_per_unit else 0
        end as input_cost,
        case when a.cache_read_tokens > 0 then a.cache_read_tokens * c.cache_read_per_unit else 0 end
        + case
            when a.cache_read_audio_tokens > 0 then a.cache_read_audio_tokens * c.cache_read_audio_per_unit else 0
        end
        + case
            when a.cache_read_image_tokens > 0 then a.cache_read_image_tokens * c.cache_read_image_per_unit else 0
        end as cache_read_cost,
        case when a.cache_write_5m_tokens > 0 then a.cache_write_5m_tokens * c.cache_write_5m_per_unit else 0 end
        + case when a.cache_write_1h_tokens > 0 then a.cache_write_1h_tokens * c.cache_write_1h_per_unit else 0 end
        + case when a.cache_write_30m_tokens > 0 then a.cache_write_30m_tokens * c.cache_write_30m_per_unit else 0 end
        + case when a.cache_write_12h_tokens > 0 then a.cache_write_12h_tokens * c.cache_write_12h_per_unit else 0 end
        + case
            when a.cache_write_unknown_tokens > 0 then a.cache_write_unknown_tokens * c.cache_write_per_unit else 0
        end as cache_write_cost,
        case when a.output_tokens > 0 then a.output_tokens * c.output_per_unit else 0 end
        + case when a.reasoning_tokens > 0 then a.reasoning_tokens * c.reasoning_per_unit else 0 end
        + case when a.output_audio_tokens > 0 then a.output_audio_tokens * c.output_audio_per_unit else 0 end
        + case
            when a.output_image_tokens > 0 then a.output_image_tokens * c.output_image_per_unit else 0
        end as output_cost,
        case when a.reasoning_tokens > 0 then a.reasoning_tokens * c.reasoning_per_unit else 0 end as reasoning_cost,
        case when a.web_search_calls > 0 then a.web_search_calls * c.web_search_call_per_unit else 0 end
        + case when a.web_fetch_calls > 0 then a.web_fetch_calls * c.web_fetch_call_per_unit else 0 end
        + case when a.file_search_calls > 0 then a.file_search_calls * c.file_search_call_per_unit else 0 end
        + case when a.grounding_prompts > 0 then a.grounding_prompts * c.grounding_prompt_per_unit else 0 end
        + case when a.grounding_queries > 0 then a.grounding_queries * c.grounding_query_per_unit else 0 end
        + case when a.search_units > 0 then a.search_units * c.search_unit_per_unit else 0 end
        + case when a.images > 0 then a.images * c.image_per_unit else 0 end
        + case when a.audio_seconds > 0 then a.audio_seconds * c.audio_second_per_unit else 0 end
        + case when a.characters > 0 then a.characters * c.character_per_unit else 0 end
        + case when a.pages > 0 then a.pages * c.page_per_unit else 0 end
        + case
            when a.container_minutes > 0
                then decimal_division(a.container_minutes * c.container_hour_per_unit, 60, 12)
            else 0
        end
        + case
            when a.cache_storage_token_hours > 0 then a.cache_storage_token_hours * c.cache_storage_per_unit else 0
        end as tool_cost
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
        l.price_id
    from uses as u
    inner join core.meters as m
        on (u.meters_used // m.bit) % 2 = 1
    left join core.price_lines as l
        on u.card_id = l.card_id and m.meter = l.meter
),

price_cells as (
    select distinct
        card_id,
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        ctx_gt
    from core.price_lines
),

used_prices as (
    select distinct
        card_id,
        meters_used,
        price_id
    from used_lines
    where price_id is not null
),

-- A meter that the same list prices at another time lacks a price at this date; else it has none.
missing_meters as (
    select
        u.card_id,
        u.meters_used,
        u.meter,
        u.bit,
        count(o.price_id) > 0 as is_priced_at_another_time
    from used_lines as u
    inner join price_cells as c
        on u.card_id = c.card_id
    left join core.price_lines as o
        on
            c.provider = o.provider
            and c.platform = o.platform
            and c.region_scope = o.region_scope
            and c.model = o.model
            and c.service_tier = o.service_tier
            and c.ctx_gt = o.ctx_gt
            and u.meter = o.meter
    where u.price_id is null
    group by u.card_id, u.meters_used, u.meter, u.bit
),

missing_prices as (
    select
        card_id,
        meters_used,
        arg_min(
            case when is_priced_at_another_time then 'no_price_at_date' else 'no_price_for_meter:' || meter end, bit
        ) as missing_reason
    from missing_meters
    group by card_id, meters_used
),

bills as (
    select
        u.card_id,
        u.meters_used,
        m.missing_reason,
        string_agg(p.price_id, ',' order by p.price_id) as price_ids
    from uses as u
    left join used_prices as p
        on u.card_id = p.card_id and u.meters_used = p.meters_used
    left join missing_prices as m
        on u.card_id = m.card_id and u.meters_used = m.meters_used
    group by u.card_id, u.meters_used, m.missing_reason
),

judged as (
    select
        m.request_id,
        m.day,
        m.is_free,
        m.input_cost,
        m.cache_read_cost,
        m.cache_write_cost,
        m.output_cost,
        m.reasoning_cost,
        m.tool_cost,
        m.input_cost + m.cache_read_cost + m.cache_write_cost + m.output_cost + m.tool_cost as cost,
        case when not m.is_free then b.price_ids end as price_ids,
        case
            when m.is_free then null
            when m.unknown_reason is not null then m.unknown_reason
            when m.meters_used = 0 then null
            when m.card_id is not null then b.missing_reason
            when m.model in (select k.model from core.price_keys as k) then 'no_price_for_scope'
            when m.model_rule = 'fine_tune' then 'fine_tune'
            else 'unknown_model'
        end as unpriced_reason
    from metered as m
    left join bills as b
        on m.card_id = b.card_id and m.meters_used = b.meters_used
)

select
    j.request_id,
    j.day,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.input_cost end as decimal(38, 12)
    ) as input_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.cache_read_cost end as decimal(38, 12)
    ) as cache_read_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.cache_write_cost end as decimal(38, 12)
    ) as cache_write_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.output_cost end as decimal(38, 12)
    ) as output_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.reasoning_cost end as decimal(38, 12)
    ) as reasoning_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.tool_cost end as decimal(38, 12)
    ) as tool_cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.cost end as decimal(38, 12)
    ) as cost_usd,
    cast(
        case when j.is_free then 0 when j.unpriced_reason is null then j.cost end as decimal(38, 12)
    ) as list_cost_usd,
    case when j.unpriced_reason is null then 'metered_list' else 'unpriced' end as cost_basis,
    j.unpriced_reason,
    case when j.unpriced_reason is null then j.price_ids end as price_ids,
    v.price_revision
from judged as j
cross join core.price_revision as v
order by j.request_id
