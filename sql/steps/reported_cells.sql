-- One row per provider's day, what it tells apart and token class: the usage it reports
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
--
-- Where a provider tells tiers at all, a row without one is standard.
select
    r.day,
    r.provider,
    r.platform,
    r.account_id,
    coalesce(r.model, '(not split)') as model,
    case when d.has_tiers then coalesce(r.service_tier, 'standard') end as service_tier,
    r.region_scope,
    r.token_class,
    sum(r.reported_quantity) as reported_quantity
from core.reported_usage as r
inner join steps.told_dimensions as d
    on r.day = d.day and r.provider = d.provider and r.platform = d.platform
where r.report_kind = 'usage'
group by
    r.day,
    r.provider,
    r.platform,
    r.account_id,
    coalesce(r.model, '(not split)'),
    case when d.has_tiers then coalesce(r.service_tier, 'standard') end,
    r.region_scope,
    r.token_class
