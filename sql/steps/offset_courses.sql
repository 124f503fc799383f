-- One row per month, provider and hour at which its days may begin: how far reported usage runs unlike the metered
-- grain: month, provider, platform, offset_hours
--
-- Only days with metered days on both sides can tell, a week away at most, for beyond an interruption nothing is
-- known of the hours that a day would take from its neighbour. Of a model and class the course of the days is
-- compared, month by month, not the sum: what is missing on all days alike has no say, nor has an account that one
-- side alone names.
with reported as (
    select
        r.day,
        r.provider,
        r.platform,
        coalesce(r.model, '(not split)') as model,
        r.token_class,
        sum(r.reported_quantity) as reported_quantity
    from core.reported_usage as r
    left join steps.one_sided_accounts as l
        on
            strftime(r.day, '%Y-%m') = l.month
            and r.provider = l.provider
            and r.platform = l.platform
            and r.account_id is not distinct from l.account_id
    where
        r.report_kind = 'usage'
        and r.token_class in ('input', 'cache_read', 'cache_write', 'output')
        and l.month is null
    group by r.day, r.provider, r.platform, coalesce(r.model, '(not split)'), r.token_class
),

metered as (
    select
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when d.has_models then m.model else '(not split)' end as model,
        m.token_class,
        sum(m.priced_quantity + m.unpriced_quantity - m.twin_quantity) as metered_quantity
    from core.metered_usage as m
    inner join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    left join steps.one_sided_accounts as l
        on
            strftime(m.day, '%Y-%m') = l.month
            and m.provider = l.provider
            and m.platform = l.platform
            and m.account_id is not distinct from l.account_id
    where
        d.has_usage
        and m.token_class in ('input', 'cache_read', 'cache_write', 'output')
        and l.month is null
    group by
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when d.has_models then m.model else '(not split)' end,
        m.token_class
),

metered_days as (
    select distinct
        day,
        provider,
        platform
    from metered
),

inner_days as (
    select
        r.day,
        r.provider,
        r.platform
    from steps.told_dimensions as r
    inner join metered_days as m
        on r.provider = m.provider and r.platform = m.platform and m.day >= r.day - 7 and m.day <= r.day + 7
    group by r.day, r.provider, r.platform
    having min(m.day) < r.day and max(m.day) > r.day
),

offsets as (
    select cast(unnest(range(-12, 13)) as bigint) as offset_hours
),

moved as (
    select
        o.offset_hours,
        cast(m.day + cast((m.hour_of_day - o.offset_hours + 48) // 24 - 2 as integer) as date) as day,
        m.provider,
        m.platform,
        m.model,
        m.token_class,
        sum(m.metered_quantity) as metered_quantity
    from metered as m
    cross join offsets as o
    group by
        o.offset_hours,
        cast(m.day + cast((m.hour_of_day - o.offset_hours + 48) // 24 - 2 as integer) as date),
        m.provider, m.platform, m.model, m.token_class
),

joined as (
    select
        o.offset_hours,
        strftime(r.day, '%Y-%m') as month,
        r.day,
        r.provider,
        r.platform,
        r.model,
        r.token_class,
        r.reported_quantity,
        coalesce(m.metered_quantity, 0) as metered_quantity
    from reported as r
    inner join inner_days as i
        on r.day = i.day and r.provider = i.provider and r.platform = i.platform
    cross join offsets as o
    left join moved as m
        on
            o.offset_hours = m.offset_hours
            and r.day = m.day
            and r.provider = m.provider
            and r.platform = m.platform
            and r.model = m.model
            and r.token_class = m.token_class
),

summed as (
    select
        *,
        sum(reported_quantity) over course as reported_total,
        sum(metered_quantity) over course as metered_total
    from joined
    window course as (partition by offset_hours, month, provider, platform, model, token_class)
),

scaled as (
    select
        *,
        max(metered_total) over (partition by month, provider, platform, model, token_class) as largest_total
    from summed
)

select
    offset_hours,
    month,
    provider,
    platform,
    count(distinct day) as days,
    sum(
        abs(
            reported_quantity
            - cast(metered_quantity as hugeint) * cast(reported_total as hugeint) // greatest(metered_total, 1)
        )
    ) as difference
from scaled
where largest_total > 0
group by offset_hours, month, provider, platform
