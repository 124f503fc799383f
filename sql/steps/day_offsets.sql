-- One row per month and provider whose days are not UTC days: how many hours later they begin
-- grain: month, provider, platform
--
-- The evidence is that the reported quantities are those of the metered hours in another window, in
-- at least half of all that differs. Only days with metered days on both sides can tell.
with reported as (
    select
        day,
        provider,
        platform,
        coalesce(model, '(not split)') as model,
        sum(reported_quantity) as reported_quantity
    from core.reported_usage
    where report_kind = 'usage' and token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by day, provider, platform, coalesce(model, '(not split)')
),

metered as (
    select
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when d.has_models then m.model else '(not split)' end as model,
        sum(m.priced_quantity + m.unpriced_quantity - m.twin_quantity) as metered_quantity
    from core.metered_usage as m
    inner join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    where d.has_usage and m.token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by
        m.day, m.hour_of_day, m.provider, m.platform, case when d.has_models then m.model else '(not split)' end
),

bounds as (
    select
        provider,
        platform,
        min(day) as first_day,
        max(day) as last_day
    from metered
    group by provider, platform
),

offsets as (
    select o.offset_hours
    from (
        values (-12), (-11), (-10), (-9), (-8), (-7), (-6), (-5), (-4), (-3), (-2), (-1), (0),
        (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)
    ) as o (offset_hours)
),

-- A later start moves an hour to an earlier day.
moved as (
    select
        o.offset_hours,
        cast(m.day + cast((m.hour_of_day - o.offset_hours + 48) // 24 - 2 as integer) as date) as day,
        m.provider,
        m.platform,
        m.model,
        sum(m.metered_quantity) as metered_quantity
    from metered as m
    cross join offsets as o
    group by
        o.offset_hours,
        cast(m.day + cast((m.hour_of_day - o.offset_hours + 48) // 24 - 2 as integer) as date),
        m.provider, m.platform, m.model
),

differences as (
    select
        o.offset_hours,
        strftime(r.day, '%Y-%m') as month,
        r.provider,
        r.platform,
        sum(abs(r.reported_quantity - coalesce(m.metered_quantity, 0))) as difference
    from reported as r
    inner join bounds as b
        on r.provider = b.provider and r.platform = b.platform and r.day > b.first_day and r.day < b.last_day
    cross join offsets as o
    left join moved as m
        on
            o.offset_hours = m.offset_hours
            and r.day = m.day
            and r.provider = m.provider
            and r.platform = m.platform
            and r.model = m.model
    group by o.offset_hours, strftime(r.day, '%Y-%m'), r.provider, r.platform
),

ranked as (
    select
        offset_hours,
        month,
        provider,
        platform,
        difference,
        sum(case when offset_hours = 0 then difference else 0 end) over (
            partition by month, provider, platform
        ) as utc_difference,
        row_number() over (
            partition by month, provider, platform
            order by difference, abs(offset_hours), offset_hours
        ) as place
    from differences
)

select
    month,
    provider,
    platform,
    offset_hours
from ranked
where place = 1 and offset_hours <> 0 and difference * 2 <= utc_difference
