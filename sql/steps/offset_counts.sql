-- One row per month, provider and hour at which its days may begin: by how many tokens reported and metered differ
-- grain: month, provider, platform, offset_hours
--
-- All counts are compared as they are, also what we metered on days next to the reported ones, and of no other day.
with told as (
    select
        provider,
        platform,
        bool_and(has_models) as has_models
    from steps.told_dimensions
    where has_usage
    group by provider, platform
),

days as (
    select distinct
        cast(d.day + n.days_later as date) as day,
        d.provider,
        d.platform
    from steps.told_dimensions as d
    cross join (values (-1), (0), (1)) as n (days_later)
    where d.has_usage
),

reported as (
    select
        r.day,
        r.provider,
        r.platform,
        case when t.has_models then coalesce(r.model, '(not split)') else '(not split)' end as model,
        r.token_class,
        sum(r.reported_quantity) as quantity
    from core.reported_usage as r
    inner join told as t
        on r.provider = t.provider and r.platform = t.platform
    where r.report_kind = 'usage' and r.token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by
        r.day,
        r.provider,
        r.platform,
        case when t.has_models then coalesce(r.model, '(not split)') else '(not split)' end,
        r.token_class
),

metered as (
    select
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when t.has_models then m.model else '(not split)' end as model,
        m.token_class,
        sum(m.priced_quantity + m.unpriced_quantity - m.twin_quantity) as quantity
    from core.metered_usage as m
    inner join told as t
        on m.provider = t.provider and m.platform = t.platform
    inner join days as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    where m.token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when t.has_models then m.model else '(not split)' end,
        m.token_class
),

offsets as (
    select cast(unnest(range(-12, 13)) as bigint) as offset_hours
),

sides as (
    select
        o.offset_hours,
        cast(m.day + cast((m.hour_of_day - o.offset_hours + 48) // 24 - 2 as integer) as date) as day,
        m.provider,
        m.platform,
        m.model,
        m.token_class,
        m.quantity
    from metered as m
    cross join offsets as o
    union all
    select
        o.offset_hours,
        r.day,
        r.provider,
        r.platform,
        r.model,
        r.token_class,
        0 - r.quantity as quantity
    from reported as r
    cross join offsets as o
),

cells as (
    select
        offset_hours,
        day,
        provider,
        platform,
        model,
        token_class,
        abs(sum(quantity)) as difference
    from sides
    group by offset_hours, day, provider, platform, model, token_class
)

select
    offset_hours,
    strftime(day, '%Y-%m') as month,
    provider,
    platform,
    sum(difference) as difference
from cells
group by offset_hours, strftime(day, '%Y-%m'), provider, platform
