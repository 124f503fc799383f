-- One row per provider's day, account as we know it, what its reports tell apart and token class: what we metered
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- Only days with reports. Tiers and regions that the reports do not tell are NULL. Money is in 1e-12
-- USD; `utc_picos` is what the UTC day has more than the provider's day where that is another.
with shifted as (
    select
        m.day as utc_day,
        cast(
            m.day + cast((m.hour_of_day - coalesce(o.offset_hours, 0) + 48) // 24 - 2 as integer) as date
        ) as provider_day,
        m.provider,
        m.platform,
        m.account_id,
        m.model,
        m.service_tier,
        m.region_scope,
        m.token_class,
        m.priced_quantity,
        m.unpriced_quantity,
        m.twin_quantity,
        m.largest_quantity,
        cast(m.cost_usd * 1000000000000 as hugeint) as picos
    from core.metered_usage as m
    left join steps.day_offsets as o
        on strftime(m.day, '%Y-%m') = o.month and m.provider = o.provider and m.platform = o.platform
),

both_days as (
    select
        provider_day as day,
        provider,
        platform,
        account_id,
        model,
        service_tier,
        region_scope,
        token_class,
        priced_quantity,
        unpriced_quantity,
        twin_quantity,
        largest_quantity,
        picos,
        cast(0 as hugeint) as own_picos
    from shifted
    union all
    select
        utc_day as day,
        provider,
        platform,
        account_id,
        model,
        service_tier,
        region_scope,
        token_class,
        0 as priced_quantity,
        0 as unpriced_quantity,
        0 as twin_quantity,
        0 as largest_quantity,
        cast(0 as hugeint) as picos,
        picos as own_picos
    from shifted
),

told as (
    select
        b.day,
        b.provider,
        b.platform,
        b.account_id,
        case when d.has_models then b.model else '(not split)' end as model,
        case when d.has_tiers then b.service_tier end as service_tier,
        case when d.has_regions then b.region_scope end as region_scope,
        b.token_class,
        b.priced_quantity,
        b.unpriced_quantity,
        b.twin_quantity,
        b.largest_quantity,
        b.picos,
        b.own_picos
    from both_days as b
    inner join steps.told_dimensions as d
        on b.day = d.day and b.provider = d.provider and b.platform = d.platform
)

select
    day,
    provider,
    platform,
    account_id,
    model,
    service_tier,
    region_scope,
    token_class,
    sum(priced_quantity) as priced_quantity,
    sum(unpriced_quantity) as unpriced_quantity,
    sum(twin_quantity) as twin_quantity,
    max(largest_quantity) as largest_quantity,
    sum(picos) as picos,
    sum(own_picos - picos) as utc_picos
from told
group by day, provider, platform, account_id, model, service_tier, region_scope, token_class
