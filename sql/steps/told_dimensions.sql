-- One row per day and provider whose reports there are: what they tell apart
-- grain: day, provider, platform
select
    day,
    provider,
    platform,
    coalesce(bool_or(report_kind = 'usage' and token_class <> 'requests'), false) as has_usage,
    coalesce(bool_or(report_kind = 'costs'), false) as has_costs,
    coalesce(bool_or(token_class = 'not_split'), false) as has_unsplit_costs,
    coalesce(bool_or(account_id is not null), false) as has_accounts,
    coalesce(bool_or(report_kind = 'usage' and model is not null), false)
    or not coalesce(bool_or(report_kind = 'usage'), false) as has_models,
    coalesce(bool_or(report_kind = 'usage' and service_tier is not null), false) as has_tiers,
    coalesce(bool_or(report_kind = 'usage' and region_scope is not null), false) as has_regions,
    coalesce(bool_or(is_provisional), false) as is_provisional
from core.reported_usage
group by day, provider, platform
