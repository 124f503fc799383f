"""Tells in SQL which pieces of a broken JSON array make up its elements.

A piece is text from one place where an element may begin to the next; `elements` cuts them.
"""

from __future__ import annotations

MACROS = {
    "json_object_in(v)": "trim(v, ' \t\r\n,')",
    "is_object(v)": """starts_with(v, '{') and contains(v, '"') and json_valid(v)""",
    "line_ends_in(v)": "length(v) - length(replace(v, '\n', ''))",
    "bare_brackets(v)": r"""regexp_replace(v, '"(?:[^"\\\n]|\\[^\n])*"?', '', 'g')""",
    "net_depth(v)": """length(translate(bare_brackets(v), '}]', ''))
        - length(translate(bare_brackets(v), '{[', ''))""",
}

# A piece that is a whole object is balanced. An element ends where brackets outside strings are
# back at the lowest they were. An element of several pieces that is no object (a bracket is missing
# and it took in what follows) is cut where a piece begins as the first element of the file does.
PARTS = """
    with pieces as (
        select
            id,
            text,
            json_object_in(text) as object,
            is_text and size <= $limit and is_object(object) as is_sound,
            line_ends_in(text) as line_ends,
            starts_with(ltrim(text, $blanks), $head) as begins
        from json_pieces
    ),

    deep as (
        select
            id,
            sum(if(is_sound, 0, net_depth(text))) over (order by id) as depth,
            cast(sum(line_ends) over (order by id) - line_ends as bigint) as ends_before
        from pieces
    ),

    ended as (
        select
            id,
            ends_before,
            depth <= least(min(depth) over (order by id), 0) as is_end
        from deep
    ),

    numbered as (
        select
            id,
            ends_before,
            count_if(is_end) over (order by id) - cast(is_end as int) as element
        from ended
    ),

    elements as (
        select
            element,
            min(id) as element_id,
            count(*) as piece_count
        from numbered
        group by element
    ),

    grouped as (
        select
            n.*,
            e.element_id,
            e.piece_count
        from numbered as n
        inner join elements as e on n.element = e.element
    ),

    broken as (
        select g.element
        from grouped as g
        inner join json_pieces as p on g.id = p.id
        where g.piece_count > 1
        group by g.element
        having
            not (
                bool_and(p.is_text)
                and sum(p.size) <= $limit
                and is_object(json_object_in(string_agg(p.text, '' order by p.id)))
            )
    ),

    begun as (
        select
            g.*,
            count_if(p.begins and b.element is not null) over (order by g.id) as part
        from grouped as g
        inner join pieces as p on g.id = p.id
        left join broken as b on g.element = b.element
    ),

    parts as (
        select
            element,
            part,
            min(element_id) as element_id,
            min(id) as id,
            max(id) as last_id,
            min(ends_before) as ends_before
        from begun
        group by element, part
    ),

    joined as (
        select
            min(b.id) as id,
            json_object_in(string_agg(p.text, '' order by p.id)) as object,
            bool_and(p.is_text) and sum(p.size) <= $limit and is_object(object) as is_sound
        from begun as b
        inner join json_pieces as p on b.id = p.id
        where b.piece_count > 1
        group by
            b.element,
            b.part
    )

    select
        s.element_id,
        s.id,
        s.last_id,
        s.ends_before,
        s.ends_before + line_ends_in(regexp_extract(p.text, '^[ \t\r\n,]*')) as line,
        p.begins,
        coalesce(j.object, p.object) as object,
        coalesce(j.is_sound, p.is_sound) as is_sound
    from parts as s
    inner join pieces as p on s.id = p.id
    left join joined as j on s.id = j.id
    order by s.id
"""
