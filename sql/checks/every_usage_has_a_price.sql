-- One row per provider, model and reason for usage that no price row covers, with its requests and tokens.
-- grain: day, subject, detail
-- severity: warn
with unpriced as (
    select
        day,
        provider,
        coalesce(model, response_model, request_model, 'no model named') as named,
        unpriced_reason,
        count(*) as requests,
        coalesce(sum(prompt_tokens), 0) as prompt_tokens,
        coalesce(sum(completion_tokens), 0) as completion_tokens
    from marts.cost_per_request
    where
        day = $day
        and (unpriced_reason in ('unknown_model', 'fine_tune') or unpriced_reason like 'no_price%')
    group by day, provider, coalesce(model, response_model, request_model, 'no model named'), unpriced_reason
),

hints as (
    select
        provider,
        coalesce(response_model, request_model) as named,
        max(nearest_ids) as nearest_ids
    from core.model_names
    where day = $day and model is null
    group by provider, coalesce(response_model, request_model)
)

select
    u.day,
    concat(u.provider, ', ', u.named) as subject,
    concat(
        u.unpriced_reason, ': ', u.requests, ' requests, ',
        u.prompt_tokens, ' prompt and ', u.completion_tokens, ' completion tokens',
        case when h.nearest_ids is not null then concat('; known ids like it: ', h.nearest_ids) end
    ) as detail
from unpriced as u
left join hints as h
    on u.provider = h.provider and u.named = h.named
order by subject, detail
