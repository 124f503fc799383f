-- One row per cell and meter of every price list, and of every list as an account's contracts change it.
-- grain: card_id, meter
select
    card_id,
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
    meter,
    price_id,
    price_per_unit,
    'list' as price_group,
    cast(null as varchar) as contract_id
from core.price_lines
union all
select
    card_id,
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
    meter,
    price_id,
    price_per_unit,
    price_group,
    contract_id
from core.contract_lines
order by card_id, meter
