-- One row per cell of a price list and meter: the price row that holds there.
-- grain: card_id, meter
--
-- A cell is an elementary validity interval, context band and time band of one (provider, platform,
-- region scope, model, tier). Cells cover all time and every prompt size; a cell without any price
-- has one row without meter. The model's own row beats its family's, that beats the provider's.
with lists as (
    select distinct
        provider,
        platform,
        list_region_scope as region_scope,
        model,
        list_service_tier as service_tier
    from core.price_keys
),

offers as (
    select
        l.provider,
        l.platform,
        l.region_scope,
        l.model,
        l.service_tier,
        p.meter,
        p.price_id,
        p.price_per_unit,
        p.time_band,
        coalesce(p.valid_from, timestamp '0001-01-01 00:00:00') as valid_from,
        coalesce(p.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
        coalesce(p.ctx_gt, -1) as ctx_gt,
        coalesce(p.ctx_le, 1000000000000000) as ctx_le,
        case when p.model_key = l.model then 0 when f.model is not null then 4 else 8 end
        + case when p.region_scope = l.region_scope then 0 else 2 end
        + case when p.service_tier = l.service_tier then 0 else 1 end as distance
    from core.prices_in_force as p
    left join core.model_families as f
        on p.model_key = 'family:' || f.family
    inner join lists as l
        on
            p.provider = l.provider
            and p.platform = l.platform
            and (p.model_key in (l.model, '*') or f.model = l.model)
            and p.region_scope in (l.region_scope, '*')
            and p.service_tier in (l.service_tier, '*')
),

instants as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        valid_from as instant
    from offers
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        valid_to as instant
    from offers
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        timestamp '0001-01-01 00:00:00' as instant
    from lists
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        timestamp '9999-12-31 00:00:00' as instant
    from lists
),

intervals as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        instant as valid_from,
        lead(instant) over (
            partition by provider, platform, region_scope, model, service_tier
            order by instant
        ) as valid_to
    from instants
),

bounds as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        ctx_gt as bound
    from offers
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        ctx_le as bound
    from offers
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        -1 as bound
    from lists
    union
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        1000000000000000 as bound
    from lists
),

contexts as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        bound as ctx_gt,
        lead(bound) over (
            partition by provider, platform, region_scope, model, service_tier
            order by bound
        ) as ctx_le
    from bounds
),

bands as (
    select distinct
        i.provider,
        i.platform,
        i.region_scope,
        i.model,
        i.service_tier,
        i.valid_from,
        o.time_band
    from intervals as i
    inner join offers as o
        on
            i.provider = o.provider
            and i.platform = o.platform
            and i.region_scope = o.region_scope
            and i.model = o.model
            and i.service_tier = o.service_tier
            and i.valid_from >= o.valid_from
            and i.valid_from < o.valid_to
    where o.time_band is not null
),

cells as (
    select
        i.provider,
        i.platform,
        i.region_scope,
        i.model,
        i.service_tier,
        i.valid_from,
        i.valid_to,
        c.ctx_gt,
        c.ctx_le,
        b.time_band,
        row_number() over (
            order by
                i.provider, i.platform, i.model, i.region_scope, i.service_tier,
                i.valid_from, c.ctx_gt, b.time_band
        ) as card_id
    from intervals as i
    inner join contexts as c
        on
            i.provider = c.provider
            and i.platform = c.platform
            and i.region_scope = c.region_scope
            and i.model = c.model
            and i.service_tier = c.service_tier
    left join bands as b
        on
            i.provider = b.provider
            and i.platform = b.platform
            and i.region_scope = b.region_scope
            and i.model = b.model
            and i.service_tier = b.service_tier
            and i.valid_from = b.valid_from
    where i.valid_to is not null and c.ctx_le is not null
),

held as (
    select
        c.card_id,
        o.meter,
        o.price_id,
        o.price_per_unit,
        o.distance
    from cells as c
    inner join offers as o
        on
            c.provider = o.provider
            and c.platform = o.platform
            and c.region_scope = o.region_scope
            and c.model = o.model
            and c.service_tier = o.service_tier
            and c.valid_from >= o.valid_from
            and c.valid_from < o.valid_to
            and c.ctx_gt >= o.ctx_gt
            and c.ctx_gt < o.ctx_le
            and (o.time_band is null or c.time_band = o.time_band)
),

held_or_lent as (
    select
        card_id,
        meter,
        price_id,
        price_per_unit,
        distance
    from held
    union all
    select
        h.card_id,
        f.meter,
        h.price_id,
        h.price_per_unit * f.units as price_per_unit,
        h.distance + 100 as distance
    from held as h
    inner join cells as c
        on h.card_id = c.card_id
    inner join core.meter_fallbacks as f
        on
            h.meter = f.falls_back_to
            and (f.provider is null or c.provider = f.provider)
            and (f.model is null or c.model = f.model)
),

nearest as (
    select
        card_id,
        meter,
        price_id,
        price_per_unit,
        row_number() over (partition by card_id, meter order by distance, price_id) as preference
    from held_or_lent
)

select
    c.card_id,
    c.provider,
    c.platform,
    c.region_scope,
    c.model,
    c.service_tier,
    c.valid_from,
    c.valid_to,
    c.ctx_gt,
    c.ctx_le,
    c.time_band,
    n.meter,
    n.price_id,
    n.price_per_unit
from cells as c
left join nearest as n
    on c.card_id = n.card_id and n.preference = 1
order by c.card_id, n.meter
