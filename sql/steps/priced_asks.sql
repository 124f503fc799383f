-- One row per request and price sheet: what it costs there, class by class
-- grain: request_id, sheet
--
-- Nothing billed costs 0. Unknown usage, and any used meter without a price, make the whole cost
-- NULL with a reason. The context tier goes by the request's whole prompt, cached and written
-- included. Containers are counted in minutes; a price by the hour is divided at the end. Each part
-- is rounded once, to 12 decimals.
with
metered as (
    select
        a.request_id,
        a.sheet,
        a.day,
        a.model,
        a.model_rule,
        a.currency,
        a.usd_per_unit,
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
                then case a.container_size
                    when '1gb' then a.container_minutes * c.container_1gb_per_unit
                    when '4gb' then a.container_minutes * c.container_4gb_per_unit
                    when '16gb' then a.container_minutes * c.container_16gb_per_unit
                    when '64gb' then a.container_minutes * c.container_64gb_per_unit
                    else decimal_division(a.container_minutes * c.container_hour_per_unit, 60, 12)
                end
            else 0
        end
        + case
            when a.cache_storage_token_hours > 0 then a.cache_storage_token_hours * c.cache_storage_per_unit else 0
        end as tool_cost
    from steps.price_asks as a
    left join core.price_cards as c
        on
            a.price_group = c.price_group
            and a.provider = c.provider
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
        l.contract_id,
        l.price_per_unit
    from uses as u
    inner join core.meters as m
        on (u.meters_used // m.bit) % 2 = 1
    left join core.sheet_lines as l
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
    from core.sheet_lines
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
    left join core.sheet_lines as o
        on
            c.provider = o.provider
            and c.platform = o.platform
            and c.region_scope = o.region_scope
            and c.model = o.model
            and c.service_tier = o.service_tier
            and c.ctx_gt = o.ctx_gt
            and u.meter = o.meter
    where u.price_per_unit is null
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

used_contracts as (
    select
        card_id,
        meters_used,
        string_agg(distinct contract_id, ',' order by contract_id) as contract_ids
    from used_lines
    where contract_id is not null
    group by card_id, meters_used
),

bills as (
    select
        u.card_id,
        u.meters_used,
        m.missing_reason,
        c.contract_ids,
        string_agg(p.price_id, ',' order by p.price_id) as price_ids
    from uses as u
    left join used_prices as p
        on u.card_id = p.card_id and u.meters_used = p.meters_used
    left join missing_prices as m
        on u.card_id = m.card_id and u.meters_used = m.meters_used
    left join used_contracts as c
        on u.card_id = c.card_id and u.meters_used = c.meters_used
    group by u.card_id, u.meters_used, m.missing_reason, c.contract_ids
),

judged as (
    select
        m.request_id,
        m.sheet,
        m.day,
        m.is_free,
        m.meters_used,
        m.unknown_reason,
        m.usd_per_unit,
        m.input_cost,
        m.cache_read_cost,
        m.cache_write_cost,
        m.output_cost,
        m.reasoning_cost,
        m.tool_cost,
        case when not m.is_free then b.price_ids end as price_ids,
        case when not m.is_free then b.contract_ids end as contract_ids,
        case
            when m.is_free then null
            when m.unknown_reason is not null then m.unknown_reason
            when m.meters_used = 0 then null
            when m.card_id is not null
                then coalesce(
                    b.missing_reason,
                    case when m.currency is not null and m.usd_per_unit is null then 'no_exchange_rate' end
                )
            when m.model in (select k.model from core.price_keys as k) then 'no_price_for_scope'
            when m.model_rule = 'fine_tune' then 'fine_tune'
            else 'unknown_model'
        end as unpriced_reason
    from metered as m
    left join bills as b
        on m.card_id = b.card_id and m.meters_used = b.meters_used
),

-- In USD where the provider bills in another currency, at the rate of the request's day.
converted as (
    select
        request_id,
        sheet,
        day,
        is_free,
        unknown_reason,
        unpriced_reason,
        meters_used,
        price_ids,
        contract_ids,
        case
            when usd_per_unit is null then cast(input_cost as decimal(38, 12))
            else cast(cast(input_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as input_cost,
        case
            when usd_per_unit is null then cast(cache_read_cost as decimal(38, 12))
            else cast(cast(cache_read_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as cache_read_cost,
        case
            when usd_per_unit is null then cast(cache_write_cost as decimal(38, 12))
            else cast(cast(cache_write_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as cache_write_cost,
        case
            when usd_per_unit is null then cast(output_cost as decimal(38, 12))
            else cast(cast(output_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as output_cost,
        case
            when usd_per_unit is null then cast(reasoning_cost as decimal(38, 12))
            else cast(cast(reasoning_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as reasoning_cost,
        case
            when usd_per_unit is null then cast(tool_cost as decimal(38, 12))
            else cast(cast(tool_cost as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as tool_cost
    from judged
)

select
    request_id,
    sheet,
    day,
    is_free,
    unknown_reason,
    unpriced_reason,
    meters_used >= 32768 as has_fees,
    case when is_free then 0 when unpriced_reason is null then input_cost end as input_cost,
    case when is_free then 0 when unpriced_reason is null then cache_read_cost end as cache_read_cost,
    case when is_free then 0 when unpriced_reason is null then cache_write_cost end as cache_write_cost,
    case when is_free then 0 when unpriced_reason is null then output_cost end as output_cost,
    case when is_free then 0 when unpriced_reason is null then reasoning_cost end as reasoning_cost,
    case when is_free then 0 when unpriced_reason is null then tool_cost end as tool_cost,
    case when unpriced_reason is null then price_ids end as price_ids,
    case when unpriced_reason is null then contract_ids end as contract_ids
from converted
