-- One row per cell of a contracted price list and meter: what the account pays there.
-- grain: card_id, meter
--
-- Every cell of a list that an account's contracts may touch is cut at their instants. Of several
-- contracts that cover a price the most specific wins, by account, then model, meter, region, tier
-- and platform; percentages do not add up. Where none does, the list price stands.
with terms as (
    select
        g.price_group,
        g.provider,
        g.platform,
        c.contract_id,
        c.model_key,
        c.service_tier,
        c.region_scope,
        c.meter,
        c.discount_pct,
        c.price_per_unit,
        coalesce(c.valid_from, timestamp '0001-01-01 00:00:00') as valid_from,
        coalesce(c.valid_to, timestamp '9999-12-31 00:00:00') as valid_to,
        c.specificity
    from core.price_groups as g
    inner join core.contracts_in_force as c
        on
            g.provider = c.provider
            and c.platform in (g.platform, '*')
            and c.account_id in (g.price_group, '*')
),

cells as (
    select distinct
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
        time_band
    from core.price_lines
),

covered as (
    select
        l.card_id,
        t.price_group,
        t.contract_id,
        t.meter,
        t.discount_pct,
        t.price_per_unit,
        t.valid_from,
        t.valid_to,
        t.specificity
    from cells as l
    inner join terms as t
        on
            l.provider = t.provider
            and l.platform = t.platform
            and t.service_tier in (l.service_tier, '*')
            and t.region_scope in (l.region_scope, '*')
            and l.valid_from < t.valid_to
            and l.valid_to > t.valid_from
    left join core.model_families as f
        on t.model_key = 'family:' || f.family and l.model = f.model
    where t.model_key in (l.model, '*') or f.model is not null
),

grouped_cells as (
    select
        g.price_group,
        c.*
    from core.price_groups as g
    inner join cells as c
        on g.provider = c.provider and g.platform = c.platform
),

instants as (
    select
        price_group,
        card_id,
        valid_from as instant
    from grouped_cells
    union
    select
        g.price_group,
        g.card_id,
        g.valid_to as instant
    from grouped_cells as g
    union
    select
        g.price_group,
        g.card_id,
        c.valid_from as instant
    from grouped_cells as g
    inner join covered as c
        on
            g.price_group = c.price_group
            and g.card_id = c.card_id
            and g.valid_from < c.valid_from
            and g.valid_to > c.valid_from
    union
    select
        g.price_group,
        g.card_id,
        c.valid_to as instant
    from grouped_cells as g
    inner join covered as c
        on
            g.price_group = c.price_group
            and g.card_id = c.card_id
            and g.valid_from < c.valid_to
            and g.valid_to > c.valid_to
),

intervals as (
    select
        price_group,
        card_id,
        instant as valid_from,
        lead(instant) over (partition by price_group, card_id order by instant) as valid_to
    from instants
),

last_cards as (
    select coalesce(max(card_id), 0) as last_card_id
    from core.price_lines
),

pieces as (
    select
        g.price_group,
        g.card_id as list_card_id,
        g.provider,
        g.platform,
        g.region_scope,
        g.model,
        g.service_tier,
        i.valid_from,
        i.valid_to,
        g.ctx_gt,
        g.ctx_le,
        g.time_band,
        -- Contracted cells are counted on where those of the lists end.
        s.last_card_id + row_number() over (order by g.price_group, g.card_id, i.valid_from) as card_id
    from grouped_cells as g
    inner join intervals as i
        on g.price_group = i.price_group and g.card_id = i.card_id
    cross join last_cards as s
    where i.valid_to is not null
),

lines as (
    select
        l.card_id,
        l.meter,
        l.price_id,
        l.price_per_unit,
        b.meter as priced_as
    from core.price_lines as l
    inner join core.prices as b
        on l.price_id = b.price_id
),

held as (
    select
        p.card_id,
        l.meter,
        l.price_id,
        l.price_per_unit,
        cast(null as varchar) as contract_id,
        -1 as specificity,
        0 as nearness
    from pieces as p
    inner join lines as l
        on p.list_card_id = l.card_id
    union all
    -- A discount on a meter holds for what is billed at that meter's price, as thinking is at output's.
    select
        p.card_id,
        l.meter,
        l.price_id,
        cast(l.price_per_unit as decimal(38, 12)) * cast(1 - c.discount_pct * 0.01 as decimal(9, 6)) as price_per_unit,
        c.contract_id,
        c.specificity,
        case when c.meter = l.meter then 1 else 0 end as nearness
    from pieces as p
    inner join lines as l
        on p.list_card_id = l.card_id
    inner join covered as c
        on
            p.price_group = c.price_group
            and p.list_card_id = c.card_id
            and p.valid_from >= c.valid_from
            and p.valid_from < c.valid_to
            and c.meter in (l.meter, l.priced_as, '*')
    where c.discount_pct is not null
    union all
    select
        p.card_id,
        coalesce(l.meter, c.meter) as meter,
        l.price_id,
        c.price_per_unit,
        c.contract_id,
        c.specificity,
        case when c.meter = coalesce(l.meter, c.meter) then 1 else 0 end as nearness
    from pieces as p
    inner join covered as c
        on
            p.price_group = c.price_group
            and p.list_card_id = c.card_id
            and p.valid_from >= c.valid_from
            and p.valid_from < c.valid_to
    left join lines as l
        on p.list_card_id = l.card_id and c.meter in (l.meter, l.priced_as)
    where c.price_per_unit is not null
),

nearest as (
    select
        card_id,
        meter,
        price_id,
        price_per_unit,
        contract_id,
        row_number() over (
            partition by card_id, meter
            order by specificity desc, nearness desc, contract_id asc
        ) as preference
    from held
)

select
    p.card_id,
    p.provider,
    p.platform,
    p.region_scope,
    p.model,
    p.service_tier,
    p.valid_from,
    p.valid_to,
    p.ctx_gt,
    p.ctx_le,
    p.time_band,
    n.meter,
    n.price_id,
    n.price_per_unit,
    p.price_group,
    n.contract_id
from pieces as p
left join nearest as n
    on p.card_id = n.card_id and n.preference = 1
order by p.card_id, n.meter
