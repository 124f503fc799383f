-- One row per UTC day, feature, model and sizes of prompt and completion: sums of its requests, which add up over days.
-- grain: day, feature, provider, model, is_reported, from_prompt_tokens, prompt_size_tokens, completion_size_tokens

with sized as (
    select
        day,
        coalesce(feature, '(unattributed)') as feature,
        provider,
        coalesce(model, '(unattributed)') as model,
        usage_basis = 'reported' as is_reported,
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
            when prompt_tokens >= 500000 then 500000
        end as from_prompt_tokens,
        case when prompt_tokens > 0 then cast(power(2, floor(log2(prompt_tokens))) as bigint) else 0 end
            as prompt_size_tokens,
        case when completion_tokens > 0 then cast(power(2, floor(log2(completion_tokens))) as bigint) else 0 end
            as completion_size_tokens,
        prompt_tokens,
        cost_usd
    from marts.cost_per_request
    where day = $day
)

select
    day,
    feature,
    provider,
    model,
    is_reported,
    cast(from_prompt_tokens as bigint) as from_prompt_tokens,
    prompt_size_tokens,
    completion_size_tokens,
    count(*) as requests,
    cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
    coalesce(sum(cost_usd), 0) as cost_usd,
    count(*) - count(cost_usd) as unpriced_requests
from sized
group by
    day, feature, provider, model, is_reported, from_prompt_tokens, prompt_size_tokens, completion_size_tokens
order by
    day, feature, provider, model, is_reported, from_prompt_tokens, prompt_size_tokens, completion_size_tokens
