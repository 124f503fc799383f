-- One row per set of meters that requests used together on a card: the price rows, or why there is no price
-- grain: card_id, meters_used
with price_cells as (
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

-- A meter that the same list prices at another time lacks a price at this date; else it has none.
missing_meters as (
    select
        u.card_id,
        u.meters_used,
        u.meter,
        u.bit,
        count(o.price_id) > 0 as is_priced_at_another_time
    from steps.bill_lines as u
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

used_prices as (
    select distinct
        card_id,
        meters_used,
        price_id
    from steps.bill_lines
),

listed_prices as (
    select
        card_id,
        meters_used,
        string_agg(price_id, ',' order by price_id) as price_ids
    from used_prices
    group by card_id, meters_used
),

listed_contracts as (
    select
        card_id,
        meters_used,
        string_agg(distinct contract_id, ',' order by contract_id) as contract_ids
    from steps.bill_lines
    where contract_id is not null
    group by card_id, meters_used
)

select
    p.card_id,
    p.meters_used,
    m.missing_reason,
    case when m.missing_reason is null then p.price_ids end as price_ids,
    case when m.missing_reason is null then c.contract_ids end as contract_ids
from listed_prices as p
left join missing_prices as m
    on p.card_id = m.card_id and p.meters_used = m.meters_used
left join listed_contracts as c
    on p.card_id = c.card_id and p.meters_used = c.meters_used
