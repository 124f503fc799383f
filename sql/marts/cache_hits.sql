-- One row per hour, feature, model and prompt version: how much of the prompt the cache served.
-- grain: hour_at, feature, provider, model, prompt_name, prompt_version
-- view
select
    date_trunc('hour', started_at) as hour_at,
    coalesce(feature, '(unattributed)') as feature,
    provider,
    coalesce(model, '(unattributed)') as model,
    coalesce(prompt_name, '(unattributed)') as prompt_name,
    coalesce(prompt_version, '(unattributed)') as prompt_version,
    day,
    count(*) as requests,
    cast(sum(prompt_tokens) as bigint) as prompt_tokens,
    cast(coalesce(sum(cache_read_tokens), 0) as bigint) as cache_read_tokens,
    cast(coalesce(sum(cache_write_tokens), 0) as bigint) as cache_write_tokens,
    cast(decimal_division(
        100 * cast(coalesce(sum(cache_read_tokens), 0) as bigint), nullif(cast(sum(prompt_tokens) as bigint), 0), 6
    ) as decimal(18, 6)) as cache_read_pct,
    sum(input_cost_usd + cache_read_cost_usd + cache_write_cost_usd) as prompt_cost_usd
from marts.cost_per_request
where prompt_tokens > 0
group by
    day,
    date_trunc('hour', started_at),
    coalesce(feature, '(unattributed)'),
    provider,
    coalesce(model, '(unattributed)'),
    coalesce(prompt_name, '(unattributed)'),
    coalesce(prompt_version, '(unattributed)')
order by hour_at, feature, provider, model, prompt_name, prompt_version
