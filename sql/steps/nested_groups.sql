-- One row per group of calls that has calls of other groups right inside it: the same call, several, or its own
-- grain: outer_group
with
pairs as (
    select
        o.group_key as outer_group,
        i.group_key as inner_group,
        max(o.prompt_tokens) as outer_prompt_tokens,
        max(i.prompt_tokens) as inner_prompt_tokens,
        bool_or(o.provider_response_id is not null) as outer_has_id,
        bool_or(i.provider_response_id is not null) as inner_has_id
    from steps.nested_calls as n
    inner join steps.traced_calls as o on n.outer_no = o.span_no
    inner join steps.traced_calls as i on n.inner_no = i.span_no
    where o.work is null or i.work is null or o.work = i.work
    group by o.group_key, i.group_key
),

outers as (
    select
        outer_group,
        count(*) filter (where inner_group <> outer_group) as inner_groups,
        min(inner_group) filter (where inner_group <> outer_group) as first_inner_group,
        bool_or(inner_group = outer_group) as has_its_own_call_inside,
        bool_and(outer_has_id and inner_has_id) filter (where inner_group <> outer_group) as ids_differ,
        max(outer_prompt_tokens) as outer_prompt_tokens,
        cast(sum(inner_prompt_tokens) filter (where inner_group <> outer_group) as bigint) as inner_prompt_tokens
    from pairs
    group by outer_group
)

-- Several calls inside make the outer span their sum, unless its own id and tokens say that it is one more.
select
    outer_group,
    first_inner_group,
    case
        when inner_groups = 0 or has_its_own_call_inside then 'own'
        when inner_groups = 1 and ids_differ then 'own'
        when inner_groups = 1 then 'same'
        when ids_differ and outer_prompt_tokens <> inner_prompt_tokens then 'own'
        else 'sum'
    end as relation
from outers
