-- One row per month and shape of a call (feature, model, sizes in powers of two): the few that make the volume.
-- grain: month, feature, provider, model, prompt_size_tokens, completion_size_tokens
-- view
with sized as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        coalesce(feature, '(unattributed)') as feature,
        provider,
        coalesce(model, '(unattributed)') as model,
        case when prompt_tokens > 0 then cast(power(2, floor(log2(prompt_tokens))) as bigint) else 0 end
            as prompt_size_tokens,
        case when completion_tokens > 0 then cast(power(2, floor(log2(completion_tokens))) as bigint) else 0 end
            as completion_size_tokens,
        cost_usd
    from marts.cost_per_request
    where usage_basis = 'reported'
),

shapes as (
    select
        month,
        feature,
        provider,
        model,
        prompt_size_tokens,
        completion_size_tokens,
        count(*) as requests,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from sized
    group by month, feature, provider, model, prompt_size_tokens, completion_size_tokens
),

ranked as (
    select
        *,
        row_number() over (
            partition by month
            order by
                requests desc,
                feature asc,
                provider asc,
                model asc,
                prompt_size_tokens asc,
                completion_size_tokens asc
        ) as volume_rank,
        count(*) over (partition by month) as shapes_of_month,
        sum(requests) over (partition by month) as requests_of_month
    from shapes
)

select
    month,
    feature,
    provider,
    model,
    prompt_size_tokens,
    completion_size_tokens,
    volume_rank,
    5 * volume_rank <= shapes_of_month + 4 as is_top_fifth,
    requests,
    cast(decimal_division(100 * requests, cast(requests_of_month as bigint), 6) as decimal(18, 6))
        as share_of_requests_pct,
    cost_usd,
    unpriced_requests
from ranked
order by month, feature, provider, model, prompt_size_tokens, completion_size_tokens
