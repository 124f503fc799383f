-- One row per request and sheet that no card prices alone: what it costs line by line, or why it has no price
-- grain: request_id, is_own_sheet
--
-- A line is a used meter: its quantity times its price, in DECIMAL. Any price and any meter is priced
-- here, and the same cost comes out where a card prices it too. Containers are billed for a minimum
-- time and counted in minutes; a price by the hour is divided at the end. Each part is rounded once,
-- to 12 decimals; a part in another currency once more, in USD, at the rate of the request's day.
with asked as (
    select
        c.is_own_sheet,
        c.card_id,
        c.meters_used,
        r.*
    from steps.card_costs as c
    inner join core.requests as r
        on c.request_id = r.request_id
    where c.is_itemised
),

lines as (
    select
        a.request_id,
        a.is_own_sheet,
        b.part,
        b.meter,
        b.price_per_unit,
        cast(case b.request_column
            when 'input_tokens' then a.input_tokens
            when 'cache_read_tokens' then a.cache_read_tokens
            when 'cache_write_5m_tokens' then a.cache_write_5m_tokens
            when 'cache_write_1h_tokens' then a.cache_write_1h_tokens
            when 'cache_write_30m_tokens' then a.cache_write_30m_tokens
            when 'cache_write_12h_tokens' then a.cache_write_12h_tokens
            when 'cache_write_unknown_tokens' then a.cache_write_unknown_tokens
            when 'input_audio_tokens' then a.input_audio_tokens
            when 'input_image_tokens' then a.input_image_tokens
            when 'cache_read_audio_tokens' then a.cache_read_audio_tokens
            when 'cache_read_image_tokens' then a.cache_read_image_tokens
            when 'output_tokens' then a.output_tokens
            when 'reasoning_tokens' then a.reasoning_tokens
            when 'output_audio_tokens' then a.output_audio_tokens
            when 'output_image_tokens' then a.output_image_tokens
            when 'web_search_calls' then a.web_search_calls
            when 'web_fetch_calls' then a.web_fetch_calls
            when 'file_search_calls' then a.file_search_calls
            when 'grounding_prompts' then a.grounding_prompts
            when 'grounding_queries' then a.grounding_queries
            when 'search_units' then a.search_units
            when 'images' then a.images
            when 'audio_seconds' then a.audio_seconds
            when 'characters' then a.characters
            when 'pages' then a.pages
            when 'cache_storage_token_hours' then a.cache_storage_token_hours
            when 'container_minutes' then greatest(a.container_minutes, coalesce(m.quantity, 0))
        end as decimal(26, 6)) - coalesce(f.quantity, 0) as quantity
    from asked as a
    inner join steps.bill_lines as b
        on a.card_id = b.card_id and a.meters_used = b.meters_used
    left join core.minimum_charges as m
        on a.provider = m.provider and b.request_column = m.request_column
    left join steps.free_quantities as f
        on a.request_id = f.request_id and a.is_own_sheet and b.meter = f.meter
),

charges as (
    select
        request_id,
        is_own_sheet,
        part,
        meter,
        case
            when meter = 'container_hour' then decimal_division(quantity * price_per_unit, 60, 12)
            else quantity * price_per_unit
        end as charge
    from lines
),

sums as (
    select
        request_id,
        is_own_sheet,
        sum(case when part = 'input' then charge end) as input_cost,
        sum(case when part = 'cache_read' then charge end) as cache_read_cost,
        sum(case when part = 'cache_write' then charge end) as cache_write_cost,
        sum(case when part = 'output' then charge end) as output_cost,
        sum(case when meter = 'reasoning' then charge end) as reasoning_cost,
        sum(case when part = 'tool' then charge end) as tool_cost
    from charges
    group by request_id, is_own_sheet
),

judged as (
    select
        a.request_id,
        a.is_own_sheet,
        s.input_cost,
        s.cache_read_cost,
        s.cache_write_cost,
        s.output_cost,
        s.reasoning_cost,
        s.tool_cost,
        cast(x.usd_per_unit as decimal(18, 12)) as usd_per_unit,
        case
            when a.card_id is not null
                then coalesce(
                    b.missing_reason,
                    case when k.currency is not null and x.usd_per_unit is null then 'no_exchange_rate' end
                )
            when a.model in (select p.model from core.price_keys as p) then 'no_price_for_scope'
            when a.model_rule = 'fine_tune' then 'fine_tune'
            else 'unknown_model'
        end as unpriced_reason
    from asked as a
    left join sums as s
        on a.request_id = s.request_id and a.is_own_sheet = s.is_own_sheet
    left join steps.bills as b
        on a.card_id = b.card_id and a.meters_used = b.meters_used
    left join core.billing_currencies as k
        on a.provider = k.provider
    left join core.exchange_rates as x
        on k.currency = x.currency and a.day = x.day
),

converted as (
    select
        request_id,
        is_own_sheet,
        unpriced_reason,
        case
            when usd_per_unit is null then cast(coalesce(input_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(input_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as input_cost,
        case
            when usd_per_unit is null then cast(coalesce(cache_read_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(cache_read_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as cache_read_cost,
        case
            when usd_per_unit is null then cast(coalesce(cache_write_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(cache_write_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as cache_write_cost,
        case
            when usd_per_unit is null then cast(coalesce(output_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(output_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as output_cost,
        case
            when usd_per_unit is null then cast(coalesce(reasoning_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(reasoning_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as reasoning_cost,
        case
            when usd_per_unit is null then cast(coalesce(tool_cost, 0) as decimal(38, 12))
            else cast(cast(coalesce(tool_cost, 0) as decimal(38, 18)) * usd_per_unit as decimal(38, 12))
        end as tool_cost
    from judged
)

select
    request_id,
    is_own_sheet,
    unpriced_reason,
    case when unpriced_reason is null then input_cost end as input_cost,
    case when unpriced_reason is null then cache_read_cost end as cache_read_cost,
    case when unpriced_reason is null then cache_write_cost end as cache_write_cost,
    case when unpriced_reason is null then output_cost end as output_cost,
    case when unpriced_reason is null then reasoning_cost end as reasoning_cost,
    case when unpriced_reason is null then tool_cost end as tool_cost
from converted
