-- One row per hour, feature, model and prompt version: how much of the prompt the cache served.
-- grain: hour_at, feature, provider, model, prompt_name, prompt_version
-- view
select
    hour_at,
    feature,
    provider,
    model,
    prompt_name,
    prompt_version,
    day,
    cast(sum(requests) as bigint) as requests,
    cast(sum(prompt_tokens) as bigint) as prompt_tokens,
    cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
    cast(sum(cache_write_tokens) as bigint) as cache_write_tokens,
    cast(decimal_division(
        100 * cast(sum(cache_read_tokens) as bigint), nullif(cast(sum(prompt_tokens) as bigint), 0), 6
    ) as decimal(18, 6)) as cache_read_pct,
    sum(prompt_cost_usd) as prompt_cost_usd
from marts.requests_by_hour
where is_prompted
group by day, hour_at, feature, provider, model, prompt_name, prompt_version
order by hour_at, feature, provider, model, prompt_name, prompt_version
