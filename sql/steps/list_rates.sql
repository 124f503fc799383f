-- One row per day with reports, model, tier, region and token class: the list price of one token
-- grain: day, platform, model, service_tier, region_scope, token_class
--
-- The base price: for the shortest prompts and, of prices by the clock, the lowest. In 1e-12 USD.
-- The default region is there under its own name and as the empty one.
with days as (
    select distinct
        day,
        platform
    from core.reported_usage
),

priced as (
    select
        d.day,
        d.platform,
        l.model,
        l.service_tier,
        l.region_scope,
        case l.meter when 'cache_write_5m' then 'cache_write' when 'cache_write_30m' then 'cache_write' else l.meter end
            as token_class,
        case
            when b.currency is null then cast(l.price_per_unit * 1000000000000 as hugeint)
            else
                cast(
                    cast(l.price_per_unit as decimal(20, 12)) * cast(x.usd_per_unit as decimal(18, 12)) * 1000000000000
                    as hugeint
                )
        end as picos_per_token
    from days as d
    inner join core.price_lines as l
        on d.platform = l.platform and d.day >= l.valid_from and d.day < l.valid_to
    left join core.billing_currencies as b
        on l.provider = b.provider
    left join core.exchange_rates as x
        on b.currency = x.currency and d.day = x.day
    where
        l.ctx_gt = -1
        and l.meter in ('input', 'cache_read', 'cache_write', 'cache_write_5m', 'cache_write_30m', 'output')
),

named as (
    select
        day,
        platform,
        model,
        service_tier,
        region_scope,
        token_class,
        picos_per_token
    from priced
    union all
    select
        p.day,
        p.platform,
        p.model,
        p.service_tier,
        k.region_scope,
        p.token_class,
        p.picos_per_token
    from priced as p
    inner join core.price_keys as k
        on
            p.platform = k.platform
            and p.model = k.model
            and p.region_scope = k.list_region_scope
            and p.service_tier = k.list_service_tier
            and k.region_scope = ''
)

select
    day,
    platform,
    model,
    service_tier,
    region_scope,
    token_class,
    min(picos_per_token) as picos_per_token
from named
where picos_per_token is not null
group by day, platform, model, service_tier, region_scope, token_class
