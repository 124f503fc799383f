-- One row per call or HTTP try inside a call of its trace, with the nearest call around it
-- grain: inner_no
with
around as (
    select
        a.start_no,
        arg_min(a.ancestor_no, a.depth) as outer_no
    from steps.ancestors as a
    inner join steps.span_tree as t on a.ancestor_no = t.span_no
    where t.role = 'call'
    group by a.start_no
)

select
    t.span_no as inner_no,
    t.role,
    a.outer_no
from steps.span_tree as t
inner join around as a on t.parent_no = a.start_no
where t.role in ('call', 'attempt') and a.outer_no <> t.span_no
