-- One row per day without a report beside one with, account of the month, model and token class: what we metered
-- grain: day, provider, platform, month_account_id, model, token_class
--
-- Records of the reported day may lie there by mistake. No report says what of the day's own is too much there, so
-- only what is missing on the reported day to the token is meant. Models and accounts are those of that day's
-- comparison. Where a provider's days are known to be others than UTC's, nothing is beside them.
with unreported as (
    select
        m.day,
        m.provider,
        m.platform,
        m.account_id,
        m.model,
        m.token_class,
        coalesce(e.day, l.day) as reported_day,
        coalesce(e.has_models, l.has_models) as has_models,
        m.priced_quantity + m.unpriced_quantity - m.twin_quantity as quantity
    from core.metered_usage as m
    left join steps.told_dimensions as d
        on m.day = d.day and m.provider = d.provider and m.platform = d.platform
    left join steps.told_dimensions as e
        on m.day - 1 = e.day and m.provider = e.provider and m.platform = e.platform and e.has_usage
    left join steps.told_dimensions as l
        on m.day + 1 = l.day and m.provider = l.provider and m.platform = l.platform and l.has_usage
    left join steps.day_offsets as o
        on strftime(m.day, '%Y-%m') = o.month and m.provider = o.provider and m.platform = o.platform
    where
        d.day is null
        and o.month is null
        and coalesce(e.day, l.day) is not null
        and m.token_class in ('input', 'cache_read', 'cache_write', 'output')
),

beside as (
    select
        u.day,
        u.provider,
        u.platform,
        t.month_account_id,
        t.model,
        u.token_class,
        sum(u.quantity) as quantity
    from unreported as u
    inner join steps.told_accounts as t
        on
            u.reported_day = t.day
            and u.provider = t.provider
            and u.platform = t.platform
            and case when u.has_models then u.model else '(not split)' end = t.model
            and u.account_id is not distinct from t.named_account_id
    group by u.day, u.provider, u.platform, t.month_account_id, t.model, u.token_class
),

missing as (
    select
        day,
        provider,
        platform,
        month_account_id,
        model,
        token_class,
        sum(reported_only_quantity - metered_only_quantity + duplicate_quantity) as quantity
    from steps.usage_strata
    where is_counted
    group by day, provider, platform, month_account_id, model, token_class
)

select distinct
    b.day,
    b.provider,
    b.platform,
    b.month_account_id,
    b.model,
    b.token_class,
    b.quantity
from beside as b
inner join missing as m
    on
        b.day >= m.day - 1
        and b.day <= m.day + 1
        and b.provider = m.provider
        and b.platform = m.platform
        and b.month_account_id is not distinct from m.month_account_id
        and b.model = m.model
        and b.token_class = m.token_class
        and b.quantity = m.quantity
where b.quantity > 0
