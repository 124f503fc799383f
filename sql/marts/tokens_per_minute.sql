-- One row per UTC day and model: its busiest minute, to be held against rate limits and commitments.
-- grain: day, provider, model

with minutes as (
    select
        day,
        provider,
        coalesce(model, '(unattributed)') as model,
        date_trunc('minute', started_at) as minute_at,
        count(*) as requests,
        cast(coalesce(sum(prompt_tokens), 0) as bigint) as prompt_tokens,
        cast(coalesce(sum(completion_tokens), 0) as bigint) as completion_tokens
    from marts.cost_per_request
    where day = $day
    group by day, provider, coalesce(model, '(unattributed)'), date_trunc('minute', started_at)
),

ranked as (
    select
        *,
        row_number() over (
            partition by day, provider, model
            order by prompt_tokens + completion_tokens desc, minute_at asc
        ) as place
    from minutes
)

select
    day,
    provider,
    model,
    count(*) as busy_minutes,
    cast(sum(requests) as bigint) as requests,
    cast(sum(prompt_tokens) as bigint) as prompt_tokens,
    cast(sum(completion_tokens) as bigint) as completion_tokens,
    max(minute_at) filter (where place = 1) as peak_at,
    max(prompt_tokens) filter (where place = 1) as peak_prompt_tokens,
    max(completion_tokens) filter (where place = 1) as peak_completion_tokens
from ranked
group by day, provider, model
order by day, provider, model
