-- One row per span above a call, an attempt or an aggregate, seen from the parent where the walk starts
-- grain: start_no, ancestor_no
with recursive
starts as (
    select distinct parent_no as start_no
    from steps.span_tree
    where role <> 'context' and parent_no is not null
),

walk as (
    select
        start_no,
        start_no as ancestor_no,
        1 as depth
    from starts
    union all
    select
        w.start_no,
        t.parent_no as ancestor_no,
        w.depth + 1 as depth
    from walk as w
    inner join steps.span_tree as t on w.ancestor_no = t.span_no
    where t.parent_no is not null and w.depth < 64
)

select
    start_no,
    ancestor_no,
    min(depth) as depth
from walk
group by start_no, ancestor_no
