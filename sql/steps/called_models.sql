-- One row per name of a model in the day's reports that no rule reads, and that requests of the day spell otherwise
-- grain: raw_model
--
-- A model that the price list does not know is still one where both write it alike but for makers,
-- versions, dates and hyphens: Nova2.0Lite is us.amazon.nova-2-lite-v1:0, and 7 new is
-- gpt-7-new-2026-10-01. Of several spellings of requests the most used one is taken.
with spellings as (
    select
        raw_model,
        model as name,
        false as is_called,
        cast(0 as hugeint) as quantity
    from steps.reported_models
    where maker is null
    union all
    select
        model as raw_model,
        model as name,
        true as is_called,
        sum(unpriced_quantity) as quantity
    from core.metered_usage
    where unpriced_quantity > 0
    group by model
),

bare as (
    select
        *,
        regexp_extract(
            replace(regexp_extract(name, '([^/]*)$', 1), ' (amazon bedrock edition)', ''),
            '^(?:(?:us|eu|apac|jp|au|ca|in|sa|global)\.)?(?:(?:[a-z]+|ai21)\.)?(?:gpt[- ])?'
            || '(.*?)(?:[- @]20[0-9]{2}-?[0-9]{2}-?[0-9]{2})?(?:-v[0-9]+)?(?::[0-9]+)?(?:[- ]ga)?$',
            1
        ) as bare_id
    from spellings
),

-- What stands between two digits is kept, so that 2.5 is not 25; 2.0 is 2.
joined as (
    select
        raw_model,
        name,
        is_called,
        quantity,
        regexp_replace(
            regexp_replace(regexp_replace(bare_id, '([0-9])\.0', '\1', 'g'), '([0-9])[^a-z0-9]([0-9])', '\1~\2', 'g'),
            '[^a-z0-9~]',
            '',
            'g'
        ) as joined_id
    from bare
),

paired as (
    select
        r.raw_model,
        c.name as model,
        row_number() over (
            partition by r.raw_model
            order by case when r.name = c.name then 0 else 1 end asc, c.quantity desc, c.name asc
        ) as place
    from joined as r
    inner join joined as c
        on r.joined_id = c.joined_id and r.joined_id <> '' and not r.is_called and c.is_called
)

select
    raw_model,
    model
from paired
where place = 1
order by raw_model
