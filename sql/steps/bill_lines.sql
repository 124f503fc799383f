-- One row per meter of every set of meters that requests used together on a card, with its price row
-- grain: card_id, meters_used, meter
with uses as (
    select distinct
        card_id,
        meters_used
    from steps.card_costs
    where meters_used > 0 and card_id is not null and not is_free and unknown_reason is null
)

select
    u.card_id,
    u.meters_used,
    m.meter,
    m.bit,
    m.request_column,
    case
        when m.bit >= 32768 then 'tool'
        when m.meter like 'cache_read%' then 'cache_read'
        when m.meter like 'cache_write%' then 'cache_write'
        when m.meter like 'input%' then 'input'
        else 'output'
    end as part,
    l.price_id,
    l.contract_id,
    cast(l.price_per_unit as decimal(38, 18)) as price_per_unit
from uses as u
inner join core.meters as m
    on (u.meters_used // m.bit) % 2 = 1
left join core.sheet_lines as l
    on u.card_id = l.card_id and m.meter = l.meter
