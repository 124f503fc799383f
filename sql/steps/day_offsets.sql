-- One row per month and provider whose days are not UTC days: how many hours later they begin
-- grain: month, provider, platform
--
-- The evidence is that the reported quantities are those of the metered hours in another window, in
-- at least half of all that differs. Only days with metered days on both sides can tell. Of a model and
-- class the course of the days is compared, not the sum: what is missing on all days alike has no say.
-- A few days may come nearer by luck. So accounts' days that agree to the token decide: fewer of them than by UTC
-- tell against the window, and where there are none, a week is needed or nine parts in ten of what differs.
with reported as (
    select
        day,
        provider,
        platform,
        coalesce(model, '(not split)') as model,
        token_class,
        sum(reported_quantity) as reported_quantity
    from core.reported_usage
    where report_kind = 'usage' and token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by day, provider, platform, coalesce(model, '(not split)'), token_class
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
    where d.has_usage and m.token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by
        m.day,
        m.hour_of_day,
        m.provider,
        m.platform,
        case when d.has_models then m.model else '(not split)' end,
        m.token_class
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

m as (
    select
        provider,
        platform,
        model,
        token_class,
        sum(metered_quantity) as metered_quantity
    from metered
    group by provider, platform, model, token_class
),

totals as (
    select
        r.provider,
        r.platform,
        r.model,
        r.token_class,
        r.reported_quantity,
        m.metered_quantity
    from (
        select
            provider,
            platform,
            model,
            token_class,
            sum(reported_quantity) as reported_quantity
        from reported
        group by provider, platform, model, token_class
    ) as r
    inner join m
        on r.provider = m.provider and r.platform = m.platform and r.model = m.model and r.token_class = m.token_class
    where r.reported_quantity > 0 and m.metered_quantity > 0
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

differences as (
    select
        o.offset_hours,
        strftime(r.day, '%Y-%m') as month,
        r.provider,
        r.platform,
        count(distinct r.day) as days,
        sum(
            abs(
                r.reported_quantity
                - cast(coalesce(m.metered_quantity, 0) as hugeint) * t.reported_quantity // t.metered_quantity
            )
        ) as difference
    from reported as r
    inner join totals as t
        on r.provider = t.provider and r.platform = t.platform and r.model = t.model and r.token_class = t.token_class
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
            and r.token_class = m.token_class
    group by o.offset_hours, strftime(r.day, '%Y-%m'), r.provider, r.platform
),

ranked as (
    select
        offset_hours,
        month,
        provider,
        platform,
        days,
        difference,
        sum(case when offset_hours = 0 then difference else 0 end) over (
            partition by month, provider, platform
        ) as utc_difference,
        row_number() over (
            partition by month, provider, platform
            order by difference, abs(offset_hours), offset_hours
        ) as place
    from differences
),

candidates as (
    select
        month,
        provider,
        platform,
        offset_hours,
        days >= 7 or difference * 10 <= utc_difference as is_plain
    from ranked
    where place = 1 and offset_hours <> 0 and difference * 2 <= utc_difference
),

windows as (
    select
        c.month,
        c.provider,
        c.platform,
        o.offset_hours
    from candidates as c
    inner join offsets as o
        on c.offset_hours = o.offset_hours or o.offset_hours = 0
),

reported_accounts as (
    select
        day,
        provider,
        platform,
        account_id,
        model,
        token_class,
        sum(reported_quantity) as quantity
    from core.reported_usage
    where report_kind = 'usage' and token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by day, provider, platform, account_id, model, token_class
),

metered_accounts as (
    select
        w.month,
        w.offset_hours,
        cast(m.day + cast((m.hour_of_day - w.offset_hours + 48) // 24 - 2 as integer) as date) as day,
        m.provider,
        m.platform,
        m.account_id,
        m.model,
        m.token_class,
        sum(m.priced_quantity + m.unpriced_quantity - m.twin_quantity) as quantity
    from core.metered_usage as m
    inner join windows as w
        on m.provider = w.provider and m.platform = w.platform
    group by
        w.month,
        w.offset_hours,
        cast(m.day + cast((m.hour_of_day - w.offset_hours + 48) // 24 - 2 as integer) as date),
        m.provider, m.platform, m.account_id, m.model, m.token_class
),

equals as (
    select
        m.month,
        m.provider,
        m.platform,
        m.offset_hours,
        count(*) as equal_days
    from metered_accounts as m
    inner join reported_accounts as r
        on
            m.day = r.day
            and m.provider = r.provider
            and m.platform = r.platform
            and m.account_id = r.account_id
            and m.model = r.model
            and m.token_class = r.token_class
            and m.quantity = r.quantity
    where m.month = strftime(r.day, '%Y-%m') and r.quantity > 0
    group by m.month, m.provider, m.platform, m.offset_hours
),

inner_days as (
    select
        c.month,
        c.provider,
        c.platform,
        c.offset_hours
    from candidates as c
    left join equals as e
        on
            c.month = e.month
            and c.provider = e.provider
            and c.platform = e.platform
            and c.offset_hours = e.offset_hours
    left join equals as u
        on c.month = u.month and c.provider = u.provider and c.platform = u.platform and u.offset_hours = 0
    where
        coalesce(e.equal_days, 0) > coalesce(u.equal_days, 0)
        or (coalesce(e.equal_days, 0) = coalesce(u.equal_days, 0) and c.is_plain)
)

select
    coalesce(i.month, w.month) as month,
    coalesce(i.provider, w.provider) as provider,
    coalesce(i.platform, w.platform) as platform,
    coalesce(i.offset_hours, w.offset_hours) as offset_hours
from inner_days as i
full join steps.whole_offsets as w
    on i.month = w.month and i.provider = w.provider and i.platform = w.platform
