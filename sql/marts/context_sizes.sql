-- One row per month, feature, model and size of the whole prompt: requests and what they cost.
-- grain: month, feature, provider, model, from_prompt_tokens
-- view
select
    substr(cast(day as varchar), 1, 7) as month,
    feature,
    provider,
    model,
    from_prompt_tokens,
    cast(sum(requests) as bigint) as requests,
    cast(sum(prompt_tokens) as bigint) as prompt_tokens,
    sum(cost_usd) as cost_usd,
    cast(sum(unpriced_requests) as bigint) as unpriced_requests
from marts.requests_by_size
where from_prompt_tokens is not null
group by substr(cast(day as varchar), 1, 7), feature, provider, model, from_prompt_tokens
order by month, feature, provider, model, from_prompt_tokens
