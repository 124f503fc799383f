-- One row per call that may be the same as another one, with the group that is one request
-- grain: sighting_id
with
matched as (
    select
        group_key,
        twin_group
    from steps.content_twins
    where twin_group is not null
),

alone as (
    select group_key from matched
    union distinct
    select twin_group as group_key from matched
),

members as (
    select
        sighting_id,
        group_key,
        is_sum
    from steps.linked_calls
    union all
    select
        substring(a.group_key, 5) as sighting_id,
        a.group_key,
        false as is_sum
    from alone as a
    left join steps.linked_calls as l on a.group_key = l.group_key
    where l.group_key is null
)

select
    m.sighting_id,
    coalesce(t.twin_group, m.group_key) as group_key,
    m.is_sum,
    count(*) over (partition by coalesce(t.twin_group, m.group_key)) as members
from members as m
left join matched as t on m.group_key = t.group_key
