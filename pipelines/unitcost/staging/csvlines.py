"""Takes a block of CSV apart where something in it is unusual: what is bad is rejected alone.

One query looks at the whole block, however much of it is bad.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from unitcost.sqltext import sql_text
from unitcost.staging.csvblocks import Block, read_values
from unitcost.staging.limits import MAX_RECORD, NOT_UTF8, TOO_LONG
from unitcost.staging.spool import Spool
from unitcost.staging.texts import split_texts
from unitcost.statements import run

_MAX_INNER_LINES = 1000
"""A quoted value of more lines than this is taken for a quote that was never closed."""
_RAGGED = "the line has {} values, the header {}; quote values that hold commas"
_QUOTING = "the quoting of the line is broken; double the quotes inside values"
_UNCLOSED = "a quote opened on this line is never closed; double the quotes inside values"

_CELL = r'(?:"(?:[^"]|"")*"|[^",\r\n][^,\r\n]*|)'
_MACROS = {
    "csv_line(v)": "rtrim(v, chr(13))",
    # How many values a record has; NULL where its quoting is broken.
    "csv_width(v)": rf"""case
        when not contains(v, '"') and not contains(v, chr(13))
            then length(v) - length(replace(v, ',', '')) + 1
        when regexp_full_match(v, '{_CELL}(?:,{_CELL})*')
            then len(string_split(regexp_replace(v, '(^|,)"(?:[^"]|"")*"', '\1', 'g'), ','))
    end""",
}

# A line with an odd number of quotes opens a value or closes one. `opener` counts such lines: those
# of one number are that line and what follows up to the next, and with the next they are tried as
# one record. Where they are none, the quote is a stray one and the next line opens. So in a run of
# numbers that would do, and the one after it that would not, every second one closes a value.
_RECORDS = f"""
    with lines as (
        select
            line,
            text,
            (length(text) - length(replace(text, '"', ''))) % 2 as is_odd,
            sum(is_odd) over (order by line) as opener
        from csv_lines
        where is_text and size <= $limit
    ),

    inner_lines as (
        select
            opener,
            string_agg(text, '\n' order by line) || '\n' as text,
            count(*) as line_count
        from lines
        where is_odd = 0 and opener > 0
        group by opener
    ),

    joined as (
        select
            o.opener,
            o.line,
            o.text as first_text,
            csv_line(
                o.text || '\n' || coalesce(i.text, '') || lead(o.text) over (order by o.opener)
            ) as text,
            coalesce(i.line_count, 0) as line_count
        from lines as o
        left join inner_lines as i on o.opener = i.opener
        where o.is_odd = 1
    ),

    tried as (
        select
            *,
            coalesce(
                line_count < {_MAX_INNER_LINES} and strlen(text) <= $limit
                and csv_width(text) = $width,
                false
            ) as is_record
        from joined
    ),

    runs as (
        select
            *,
            count_if(not is_record) over (order by opener) - cast(not is_record as int) as run
        from tried
    ),

    openers as (
        select *
        from runs
        qualify row_number() over (partition by run order by opener) % 2 = 1
    ),

    singles as (
        select
            line,
            csv_line(text) as text,
            csv_width(csv_line(text)) as width
        from lines
        where
            is_odd = 0
            and opener not in (select opener from openers where is_record)
            and trim(text, ' \t\r') <> ''
    )

    select line, text, null as reason from openers where is_record
    union all
    select line, csv_line(first_text), {sql_text(_UNCLOSED)} from openers where not is_record
    union all
    select
        line,
        text,
        case
            when width is null then {sql_text(_QUOTING)}
            when width <> $width then format({sql_text(_RAGGED)}, width, $width)
        end
    from singles
    union all
    select
        line,
        text,
        if(
            is_text,
            format({sql_text(TOO_LONG.replace("size:", ":"))}, size),
            {sql_text(NOT_UTF8)}
        )
    from csv_lines
    where not is_text or size > $limit
"""


def take_apart(
    con: duckdb.DuckDBPyConnection, block: Block, width: int, spool: Spool
) -> tuple[pa.Array, pa.Table]:
    """Each sound record's first line, and the records' `width` values; the others are rejected.

    A record of several lines that is not sound is a stray quote: its first line is rejected and the
    others are read again.
    """
    for signature, body in _MACROS.items():
        run(con, f"create or replace temp macro {signature} as {body}")
    lines = split_texts(block.text, "\n")
    numbers = pa.array(range(block.line, block.line + len(lines)), pa.int64())
    con.register("csv_lines", lines.append_column("line", numbers))
    found = con.sql(
        f"from ({_RECORDS}) order by line", params={"width": width, "limit": MAX_RECORD}
    ).to_arrow_table()
    con.unregister("csv_lines")
    spool.reject_batch(found.filter(pc.is_valid(found.column("reason"))))
    sound = found.filter(pc.is_null(found.column("reason")))
    text = "\n".join(sound.column("text").to_pylist()).encode()
    return sound.column("line").combine_chunks(), read_values(text, width)
