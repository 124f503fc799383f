-- One row per provider, model and reason for usage that no price row covers, with its requests and tokens.
-- grain: day, subject, detail
-- severity: warn

select
    day,
    concat(provider, ', ', coalesce(model, response_model, request_model, 'no model named')) as subject,
    concat(
        unpriced_reason, ': ', count(*), ' requests, ',
        coalesce(sum(prompt_tokens), 0), ' prompt and ', coalesce(sum(completion_tokens), 0), ' completion tokens'
    ) as detail
from marts.cost_per_request
where day = $day and (unpriced_reason = 'unknown_model' or unpriced_reason like 'no_price%')
group by day, provider, coalesce(model, response_model, request_model, 'no model named'), unpriced_reason
order by subject, detail
