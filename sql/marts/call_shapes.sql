-- One row per month and shape of a call (feature, model, sizes in powers of two): the few that make the volume.
-- grain: month, feature, provider, model, prompt_size_tokens, completion_size_tokens
-- view
with shapes as (
    select
        substr(cast(day as varchar), 1, 7) as month,
        feature,
        provider,
        model,
        prompt_size_tokens,
        completion_size_tokens,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from marts.requests_by_size
    where is_reported
    group by
        substr(cast(day as varchar), 1, 7), feature, provider, model, prompt_size_tokens, completion_size_tokens
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
