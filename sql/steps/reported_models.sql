-- One row per name of a model in the day's reports and bills, with the model that it means
-- grain: raw_model
--
-- The readings are those of steps.model_ids that reports use: the id itself, its dated form, a name
-- in words, an id behind a path or a maker's prefix; and last an id written without its hyphens, as
-- AWS's usage types are: NovaPro, Claude3.5Sonnet. Nothing matches by likeness; a name that no reading
-- resolves stands for itself, in lower case.
with spellings as (
    select raw_model
    from core.provider_usage
    where raw_model is not null
    union
    select raw_model
    from core.provider_costs
    where raw_model is not null
),

bare as (
    select
        raw_model,
        lower(trim(raw_model)) as full_id,
        regexp_extract(
            replace(regexp_extract(lower(trim(raw_model)), '([^/]*)$', 1), ' (amazon bedrock edition)', ''),
            '^(?:(?:us|eu|apac|jp|au|ca|in|sa|global)\.)?'
            || '(?:(?:anthropic|amazon|openai|mistral|cohere|deepseek)\.)?(.*)$',
            1
        ) as bare_id
    from spellings
),

-- What stands between two digits is kept, so that 2.5 is not 25.
joined as (
    select
        spelled,
        regexp_replace(regexp_replace(spelled, '([0-9])[^a-z0-9]([0-9])', '\1~\2', 'g'), '[^a-z0-9~]', '', 'g')
            as joined_id
    from (
        select bare_id as spelled
        from bare
        union
        select alias as spelled
        from core.model_aliases
    ) as s
),

readings as (
    select
        raw_model,
        1 as step,
        full_id as reading
    from bare
    union all
    select
        raw_model,
        2 as step,
        replace(bare_id, ' ', '-') as reading
    from bare
    union all
    select
        raw_model,
        3 as step,
        regexp_extract(bare_id, '^(.+?)-v[0-9]+(?:[:-][0-9]+)?$', 1) as reading
    from bare
    union all
    select
        raw_model,
        4 as step,
        regexp_extract(bare_id, '^(.+)-20[0-9]{2}(?:-[01][0-9]-[0-3][0-9]|[01][0-9][0-3][0-9])(?:-v[0-9:]+)?$', 1)
            as reading
    from bare
    union all
    -- Google's SKUs say general availability, Azure's meters leave the family out: 5.6 sol.
    select
        raw_model,
        5 as step,
        regexp_extract(replace(bare_id, ' ', '-'), '^(.+)-ga$', 1) as reading
    from bare
    union all
    select
        raw_model,
        6 as step,
        'gpt-' || replace(bare_id, ' ', '-') as reading
    from bare
    union all
    select
        b.raw_model,
        7 as step,
        max(a.alias) as reading
    from bare as b
    inner join joined as j on b.bare_id = j.spelled
    inner join joined as k on j.joined_id = k.joined_id
    inner join core.model_aliases as a on k.spelled = a.alias
    group by b.raw_model
    having count(distinct a.model) = 1
),

found as (
    select
        r.raw_model,
        a.model,
        a.provider as maker,
        row_number() over (partition by r.raw_model order by r.step, a.valid_from, a.model) as place
    from readings as r
    inner join core.model_aliases as a
        on r.reading = a.alias
    where
        (a.valid_from is null or cast(a.valid_from as date) <= $day)
        and (a.valid_to is null or cast(a.valid_to as date) > $day)
)

select
    b.raw_model,
    f.maker,
    coalesce(f.model, b.full_id) as model
from bare as b
left join found as f
    on b.raw_model = f.raw_model and f.place = 1
order by b.raw_model
