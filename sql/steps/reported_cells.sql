-- One row per provider's day, what both sides tell apart and token class: the usage it reports
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- Where a provider tells tiers at all, a row without one is standard.
with told as (
    select
        r.day,
        r.provider,
        r.platform,
        r.account_id,
        case when d.has_models then coalesce(r.model, '(not split)') else '(not split)' end as model,
        case when d.has_tiers then coalesce(r.service_tier, 'standard') end as service_tier,
        r.region_scope,
        r.token_class,
        r.reported_quantity
    from core.reported_usage as r
    inner join steps.told_dimensions as d
        on r.day = d.day and r.provider = d.provider and r.platform = d.platform
    where r.report_kind = 'usage'
)

select
    r.day,
    r.provider,
    r.platform,
    t.account_id,
    t.month_account_id,
    r.model,
    r.service_tier,
    r.region_scope,
    r.token_class,
    sum(r.reported_quantity) as reported_quantity
from told as r
inner join steps.told_accounts as t
    on
        r.day = t.day
        and r.provider = t.provider
        and r.platform = t.platform
        and r.model = t.model
        and r.account_id is not distinct from t.named_account_id
group by
    r.day,
    r.provider,
    r.platform,
    t.account_id,
    t.month_account_id,
    r.model,
    r.service_tier,
    r.region_scope,
    r.token_class
