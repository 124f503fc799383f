-- One row per provider's day, account and model: how many requests either side counts
-- grain: day, provider, platform, account_id, model
select
    day,
    provider,
    platform,
    account_id,
    model,
    sum(case when token_class = 'requests' then priced_quantity + unpriced_quantity - twin_quantity else 0 end)
        as metered_requests,
    sum(case when token_class = 'doubtful' then priced_quantity else 0 end) as doubtful_requests,
    sum(case when token_class = 'untold' then priced_quantity else 0 end) as untold_requests,
    nullif(sum(case when token_class = 'requests' then reported_quantity else 0 end), 0) as reported_requests
from steps.usage_strata
group by day, provider, platform, account_id, model
