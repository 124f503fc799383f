-- One row per model and prompt version of the day's requests, numbered in their order
-- grain: shape_no
with shapes as (
    select distinct
        provider,
        coalesce(model, '(unattributed)') as model,
        coalesce(prompt_name, '(unattributed)') as prompt_name,
        coalesce(prompt_version, '(unattributed)') as prompt_version
    from marts.cost_per_request
    where day = $day
)

select
    row_number() over (order by provider asc, model asc, prompt_name asc, prompt_version asc) as shape_no,
    provider,
    model,
    prompt_name,
    prompt_version
from shapes
