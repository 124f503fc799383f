-- One row per month and account of which all usage is missing beside what we metered
-- grain: month, provider, platform, account_id
--
-- No request names it, and on every day, of every model and direction, the provider reports at least
-- its usage more than we metered. Of accounts that fit one by one, all must fit together, and they
-- must be at least half of what is missing of their models; else nothing tells which account it is.
with reported as (
    select
        r.day,
        r.provider,
        r.platform,
        case when d.has_models then coalesce(r.model, '(not split)') else '(not split)' end as model,
        r.token_class = 'output' as is_output,
        r.account_id,
        sum(r.reported_quantity) as reported_quantity
    from core.reported_usage as r
    inner join steps.told_dimensions as d
        on r.day = d.day and r.provider = d.provider and r.platform = d.platform
    where r.report_kind = 'usage' and r.token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by
        r.day,
        r.provider,
        r.platform,
        case when d.has_models then coalesce(r.model, '(not split)') else '(not split)' end,
        r.token_class = 'output',
        r.account_id
),

metered as (
    select
        day,
        provider,
        platform,
        model,
        token_class = 'output' as is_output,
        sum(priced_quantity + unpriced_quantity) as metered_quantity
    from steps.provider_days
    where token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by day, provider, platform, model, token_class = 'output'
),

named as (
    select distinct
        strftime(day, '%Y-%m') as month,
        provider,
        platform,
        account_id
    from steps.provider_days
    where account_id is not null
),

missing as (
    select
        r.*,
        strftime(r.day, '%Y-%m') as month,
        sum(r.reported_quantity) over (partition by r.day, r.provider, r.platform, r.model, r.is_output)
        - coalesce(m.metered_quantity, 0) as missing_quantity
    from reported as r
    left join metered as m
        on
            r.day = m.day
            and r.provider = m.provider
            and r.platform = m.platform
            and r.model = m.model
            and r.is_output = m.is_output
),

fitting as (
    select
        w.month,
        w.provider,
        w.platform,
        w.account_id
    from missing as w
    left join named as n
        on w.month = n.month and w.provider = n.provider and w.platform = n.platform and w.account_id = n.account_id
    where w.account_id is not null and n.account_id is null
    group by w.month, w.provider, w.platform, w.account_id
    having bool_and(w.reported_quantity <= w.missing_quantity)
),

cells as (
    select
        w.month,
        w.provider,
        w.platform,
        w.day,
        w.model,
        w.is_output,
        max(w.missing_quantity) as missing_quantity,
        sum(w.reported_quantity) as absent_quantity
    from missing as w
    inner join fitting as f
        on w.month = f.month and w.provider = f.provider and w.platform = f.platform and w.account_id = f.account_id
    group by w.month, w.provider, w.platform, w.day, w.model, w.is_output
),

whole as (
    select
        month,
        provider,
        platform
    from cells
    group by month, provider, platform
    having bool_and(absent_quantity <= missing_quantity) and sum(absent_quantity) * 2 >= sum(missing_quantity)
)

select
    f.month,
    f.provider,
    f.platform,
    f.account_id
from fitting as f
inner join whole as w
    on f.month = w.month and f.provider = w.provider and f.platform = w.platform
