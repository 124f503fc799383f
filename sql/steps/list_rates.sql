-- One row per day with reports, model, tier, region and token class: the list price of one token
-- grain: day, platform, model, service_tier, region_scope, token_class
--
-- The base price: for the shortest prompts and, of prices by the clock, the lowest. In 1e-12 USD.
-- A class holds finer ones that may have prices of their own, as a cache's life or audio: from the
-- lowest to the highest. The default region is there under its own name and as the empty one.
with days as (
    select distinct
        day,
        platform
    from core.reported_usage
),

meters as (
    select
        m.meter,
        m.token_class,
        m.is_base
    from (
        values
        ('input', 'input', true),
        ('input_audio', 'input', false),
        ('input_image', 'input', false),
        ('cache_read', 'cache_read', true),
        ('cache_read_audio', 'cache_read', false),
        ('cache_read_image', 'cache_read', false),
        ('cache_write', 'cache_write', true),
        ('cache_write_5m', 'cache_write', true),
        ('cache_write_30m', 'cache_write', true),
        ('cache_write_1h', 'cache_write', false),
        ('cache_write_12h', 'cache_write', false),
        ('output', 'output', true),
        ('output_audio', 'output', false),
        ('output_image', 'output', false)
    ) as m (meter, token_class, is_base)
),

priced as (
    select
        d.day,
        d.platform,
        l.model,
        l.service_tier,
        l.region_scope,
        m.token_class,
        m.is_base,
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
    inner join meters as m
        on l.meter = m.meter
    left join core.billing_currencies as b
        on l.provider = b.provider
    left join core.exchange_rates as x
        on b.currency = x.currency and d.day = x.day
    where l.ctx_gt = -1
),

named as (
    select
        day,
        platform,
        model,
        service_tier,
        region_scope,
        token_class,
        is_base,
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
        p.is_base,
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
    min(picos_per_token) filter (where is_base) as picos_per_token,
    min(picos_per_token) as lowest_picos_per_token,
    max(picos_per_token) as highest_picos_per_token
from named
where picos_per_token is not null
group by day, platform, model, service_tier, region_scope, token_class
having min(picos_per_token) filter (where is_base) is not null
