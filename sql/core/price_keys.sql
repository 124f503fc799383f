-- One row per way in which a request can name a price list.
-- grain: provider, platform, region_scope, model, service_tier
--
-- A list is a (region scope, tier) for which the model has rows of its own. Requests may spell a
-- region in several ways, name none, or name a tier that the provider bills at another tier's price.
with own_prices as (
    select
        p.provider,
        p.platform,
        case when p.region_scope = '*' then 'global' else p.region_scope end as region_scope,
        coalesce(f.model, p.model_key) as model,
        case when p.service_tier = '*' then 'standard' else p.service_tier end as service_tier,
        p.region_scope = '*' or p.service_tier = '*' as is_fee
    from core.prices_in_force as p
    left join core.model_families as f
        on p.model_key = 'family:' || f.family
    where p.model_key <> '*'
),

token_lists as (
    select distinct
        provider,
        platform,
        region_scope,
        model,
        service_tier
    from own_prices
    where not is_fee
),

fee_lists as (
    select distinct
        o.provider,
        o.platform,
        o.region_scope,
        o.model,
        o.service_tier
    from own_prices as o
    where
        o.is_fee
        and not exists (
            select 1
            from token_lists as t
            where t.provider = o.provider and t.platform = o.platform and t.model = o.model
        )
),

lists as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier
    from token_lists
    union all
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier
    from fee_lists
),

named_by_region as (
    select
        l.provider,
        l.platform,
        s.spelled as region_scope,
        l.model,
        l.service_tier,
        l.region_scope as list_region_scope
    from lists as l
    inner join core.region_scopes as s
        on
            l.provider = s.provider
            and l.platform = s.platform
            and l.region_scope = s.region_scope
    union all
    select
        l.provider,
        l.platform,
        s.spelled as region_scope,
        l.model,
        l.service_tier,
        l.region_scope as list_region_scope
    from lists as l
    inner join core.region_scopes as s
        on
            l.provider = s.provider
            and l.platform = s.platform
            and l.region_scope = s.otherwise
    where not exists (
        select 1
        from lists as o
        where
            o.provider = l.provider
            and o.platform = l.platform
            and o.model = l.model
            and o.region_scope = s.region_scope
    )
),

named_by_tier as (
    select
        provider,
        platform,
        region_scope,
        model,
        service_tier,
        list_region_scope,
        service_tier as list_service_tier
    from named_by_region
    union all
    select
        n.provider,
        n.platform,
        n.region_scope,
        n.model,
        e.service_tier,
        n.list_region_scope,
        n.service_tier as list_service_tier
    from named_by_region as n
    inner join core.tier_equivalents as e
        on n.provider = e.provider and n.service_tier = e.priced_as
)

select
    provider,
    platform,
    region_scope,
    model,
    service_tier,
    list_region_scope,
    list_service_tier
from named_by_tier
order by provider, platform, region_scope, model, service_tier
