-- One row per month and provider whose days are not UTC days: how many hours later they begin
-- grain: month, provider, platform
--
-- A few days may come nearer by luck. So accounts' days that agree to the token decide: fewer of them than by UTC
-- tell against the window, and where there are none, a week is needed or nine parts in ten of what differs.
-- The window with which all counts agree, those of the outer days too, goes before.
with windows as (
    select
        l.month,
        l.provider,
        l.platform,
        unnest([0, l.offset_hours]) as offset_hours
    from steps.likely_offsets as l
    where l.compared = 'courses'
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
    from steps.likely_offsets as c
    left join equals as e
        on
            c.month = e.month
            and c.provider = e.provider
            and c.platform = e.platform
            and c.offset_hours = e.offset_hours
    left join equals as u
        on c.month = u.month and c.provider = u.provider and c.platform = u.platform and u.offset_hours = 0
    where
        c.compared = 'courses'
        and (
            coalesce(e.equal_days, 0) > coalesce(u.equal_days, 0)
            or (coalesce(e.equal_days, 0) = coalesce(u.equal_days, 0) and c.is_plain)
        )
),

counted as (
    select
        month,
        provider,
        platform,
        offset_hours
    from steps.likely_offsets
    where compared = 'counts'
)

select
    coalesce(i.month, w.month) as month,
    coalesce(i.provider, w.provider) as provider,
    coalesce(i.platform, w.platform) as platform,
    coalesce(w.offset_hours, i.offset_hours) as offset_hours
from inner_days as i
full join counted as w
    on i.month = w.month and i.provider = w.provider and i.platform = w.platform
