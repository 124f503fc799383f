-- One row per month, feature and model: tokens in and out of a request, and what either side costs.
-- grain: month, feature, provider, model
-- view
with known as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        provider,
        model,
        cast(sum(requests) as bigint) as requests,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        cast(sum(completion_tokens) as bigint) as completion_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        sum(prompt_cost_usd) as prompt_cost_usd,
        sum(completion_cost_usd) as completion_cost_usd,
        sum(cost_usd) as cost_usd
    from marts.requests_by_hour
    where is_billed
    group by substr(cast(day as varchar), 1, 7), feature, provider, model
),

priced as (
    select
        *,
        cast(decimal_division(
            cast(1000000 * prompt_cost_usd as decimal(30, 12)), nullif(prompt_tokens, 0), 12
        ) as decimal(38, 12)) as prompt_per_million_usd,
        cast(decimal_division(
            cast(1000000 * completion_cost_usd as decimal(30, 12)), nullif(completion_tokens, 0), 12
        ) as decimal(38, 12)) as completion_per_million_usd
    from known
)

select
    month,
    feature,
    provider,
    model,
    requests,
    cast(decimal_division(prompt_tokens, requests, 6) as decimal(18, 6)) as prompt_per_request,
    cast(decimal_division(completion_tokens, requests, 6) as decimal(18, 6)) as completion_per_request,
    cast(decimal_division(prompt_tokens, nullif(completion_tokens, 0), 6) as decimal(18, 6)) as prompt_per_completion,
    cast(decimal_division(100 * cache_read_tokens, nullif(prompt_tokens, 0), 6) as decimal(18, 6)) as cache_read_pct,
    prompt_cost_usd,
    completion_cost_usd,
    cost_usd,
    cast(decimal_division(
        cast(100 * prompt_cost_usd as decimal(30, 12)), nullif(cost_usd, 0), 6
    ) as decimal(18, 6)) as prompt_cost_pct,
    prompt_per_million_usd,
    completion_per_million_usd,
    try_cast(decimal_division(
        cast(completion_per_million_usd as decimal(24, 9)), nullif(cast(prompt_per_million_usd as decimal(20, 9)), 0), 6
    ) as decimal(18, 6)) as completion_to_prompt_price
from priced
order by month, feature, provider, model
