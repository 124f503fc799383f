-- One row per provider's day, what both sides tell apart and token class: what we metered
-- grain: day, provider, platform, account_id, model, service_tier, region_scope, token_class
select
    p.day,
    p.provider,
    p.platform,
    t.account_id,
    t.month_account_id,
    p.model,
    p.service_tier,
    p.region_scope,
    p.token_class,
    sum(p.priced_quantity) as priced_quantity,
    sum(p.unpriced_quantity) as unpriced_quantity,
    sum(p.twin_quantity) as twin_quantity,
    max(p.largest_quantity) as largest_quantity,
    sum(p.picos) as picos,
    sum(p.utc_picos) as utc_picos
from steps.provider_days as p
inner join steps.told_accounts as t
    on
        p.day = t.day
        and p.provider = t.provider
        and p.platform = t.platform
        and p.model = t.model
        and p.account_id is not distinct from t.named_account_id
group by
    p.day,
    p.provider,
    p.platform,
    t.account_id,
    t.month_account_id,
    p.model,
    p.service_tier,
    p.region_scope,
    p.token_class
