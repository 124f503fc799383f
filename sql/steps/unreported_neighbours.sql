-- One row per day without a report beside one with, account of the month, model and token class: what we metered
-- grain: day, provider, platform, month_account_id, model, token_class
--
-- Records of the reported day may lie there by mistake. Models and accounts are those of the reported day's
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
)

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
having sum(u.quantity) > 0
