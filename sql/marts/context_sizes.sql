-- One row per month, feature, model and size of the whole prompt: requests and what they cost.
-- grain: month, feature, provider, model, from_prompt_tokens
-- view
with sized as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        coalesce(feature, '(unattributed)') as feature,
        provider,
        coalesce(model, '(unattributed)') as model,
        case
            when prompt_tokens < 1000 then 0
            when prompt_tokens < 2000 then 1000
            when prompt_tokens < 4000 then 2000
            when prompt_tokens < 8000 then 4000
            when prompt_tokens < 16000 then 8000
            when prompt_tokens < 32000 then 16000
            when prompt_tokens < 64000 then 32000
            when prompt_tokens < 128000 then 64000
            when prompt_tokens < 200000 then 128000
            when prompt_tokens < 500000 then 200000
            else 500000
        end as from_prompt_tokens,
        prompt_tokens,
        cost_usd
    from marts.cost_per_request
    where prompt_tokens is not null
)

select
    month,
    feature,
    provider,
    model,
    cast(from_prompt_tokens as bigint) as from_prompt_tokens,
    count(*) as requests,
    cast(sum(prompt_tokens) as bigint) as prompt_tokens,
    coalesce(sum(cost_usd), 0) as cost_usd,
    count(*) - count(cost_usd) as unpriced_requests
from sized
group by month, feature, provider, model, from_prompt_tokens
order by month, feature, provider, model, from_prompt_tokens
