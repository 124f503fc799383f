-- One row per call that an id, the span tree or a name may tie to another one, with the group that they make
-- grain: sighting_id
with recursive
links as (
    select
        outer_group as group_key,
        first_inner_group as same_as
    from steps.nested_groups
    where relation = 'same'
    union all
    select
        t.group_key,
        t.twin_group as same_as
    from steps.twin_calls as t
    left join steps.nested_groups as n on t.group_key = n.outer_group and n.relation in ('same', 'sum')
    where n.outer_group is null
),

-- From the calls that repeat no other one outwards, so that every call is met once and a cycle never.
followed as (
    select
        l.group_key,
        l.same_as as request_group,
        1 as steps_taken
    from links as l
    left join links as n on l.same_as = n.group_key
    where n.group_key is null
    union all
    select
        l.group_key,
        f.request_group,
        f.steps_taken + 1 as steps_taken
    from followed as f
    inner join links as l on f.group_key = l.same_as
    where f.steps_taken < 1024
),

-- Calls that no other one shares an id with, on either side of a link.
alone as (
    select group_key from steps.twin_calls
    union distinct
    select twin_group as group_key from steps.twin_calls
    where twin_group like 'one:%'
),

members as (
    select
        sighting_id,
        group_key
    from steps.traced_calls
    union all
    select
        i.sighting_id,
        i.group_key
    from steps.same_ids as i
    left join steps.traced_calls as t on i.sighting_id = t.sighting_id
    where t.sighting_id is null
    union all
    select
        substring(t.group_key, 5) as sighting_id,
        t.group_key
    from alone as t
    left join steps.traced_calls as c on t.group_key = c.group_key
    where c.group_key is null
)

select
    m.sighting_id,
    coalesce(e.request_group, m.group_key) as group_key,
    coalesce(n.relation = 'sum', false) as is_sum
from members as m
left join followed as e on m.group_key = e.group_key
left join steps.nested_groups as n on coalesce(e.request_group, m.group_key) = n.outer_group
