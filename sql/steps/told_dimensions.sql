-- One row per day and provider whose reports there are: what they tell apart
-- grain: day, provider, platform
select
    day,
    provider,
    platform,
    coalesce(bool_or(report_kind = 'usage' and token_class <> 'requests'), false) as has_usage,
    coalesce(bool_or(report_kind = 'costs'), false) as has_costs,
    coalesce(bool_or(token_class = 'not_split'), false) as has_unsplit_costs,
    not coalesce(bool_and(model is null) filter (where report_kind = 'usage'), false)
    and not coalesce(
        bool_and(model is null) filter (
            where report_kind = 'costs' and token_class in ('input', 'cache_read', 'cache_write', 'output')
        ),
        false
    ) as has_models,
    coalesce(bool_or(report_kind = 'usage' and service_tier is not null), false) as has_tiers,
    coalesce(bool_or(report_kind = 'usage' and region_scope is not null), false) as has_regions,
    coalesce(bool_or(is_provisional), false) as is_provisional
from core.reported_usage
group by day, provider, platform
