-- One row per day and name under which a model was called: what it led to, by which rule, and how often.
-- grain: day, provider, platform, request_model, response_model, model, model_rule
--
-- A name that leads nowhere is never priced; `nearest_ids` are the known ids written most like it,
-- a hint for whoever adds it to the book, and nothing else reads them.
with names as (
    select
        day,
        provider,
        platform,
        request_model,
        response_model,
        model,
        model_rule,
        count(*) as requests
    from core.requests
    group by day, provider, platform, request_model, response_model, model, model_rule
),

unknown_names as (
    select distinct
        request_model,
        response_model,
        lower(regexp_extract(coalesce(response_model, request_model), '([^/]*)$', 1)) as short_name
    from names
    where model is null
),

known_ids as (
    select distinct alias
    from core.model_aliases
),

likenesses as (
    select
        n.request_model,
        n.response_model,
        a.alias,
        row_number() over (
            partition by n.request_model, n.response_model
            order by levenshtein(n.short_name, a.alias), a.alias
        ) as likeness_rank
    from unknown_names as n
    inner join known_ids as a
        on levenshtein(n.short_name, a.alias) * 3 <= greatest(length(n.short_name), length(a.alias))
),

hints as (
    select
        request_model,
        response_model,
        string_agg(alias, ', ' order by likeness_rank) as nearest_ids
    from likenesses
    where likeness_rank <= 3
    group by request_model, response_model
)

select
    n.day,
    n.provider,
    n.platform,
    n.request_model,
    n.response_model,
    n.model,
    n.model_rule,
    n.requests,
    case when n.model is null then h.nearest_ids end as nearest_ids
from names as n
left join hints as h
    on
        n.request_model is not distinct from h.request_model
        and n.response_model is not distinct from h.response_model
order by n.day, n.provider, n.platform, n.request_model, n.response_model, n.model, n.model_rule
