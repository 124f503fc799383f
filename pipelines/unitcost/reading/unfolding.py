"""Opens pages of an API's answers, so that a source reads each of their records.

Which files are pages is decided by their first record.
"""

from __future__ import annotations

import json

import duckdb

from unitcost.sources.base import Sample, Source
from unitcost.sources.envelopes import TRACE_LIST, list_name, opened
from unitcost.sqltext import sql_text

_TRACE = f"""list_filter([json_merge_patch(
    coalesce(nullif(json_extract(record, '$.trace'), 'null'), record), '{{"{TRACE_LIST}": null}}'
)::varchar], lambda t: json_extract_string(t, '$.id') is not null)"""
"""SQL: the trace beside its parts, in an object of its own or around them."""


def unfold(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make `raw.staged` hold the records of its pages, where only then the source knows them.

    A record's line is then its number in the file: sources tell records apart by it.
    """
    first = con.execute("select cast(record as varchar) from raw.staged limit 1").fetchall()
    name = _page_of(source, first[0][0]) if first else None
    if name is None:
        return
    path = sql_text(f"$.{name}")
    con.execute(
        f"""create or replace table raw.unfolded as
            select row_number() over () as source_line, record
            from (
                select unnest(case
                    when json_type(record, {path}) = 'ARRAY'
                    then {_TRACE if name == TRACE_LIST else "[]"}
                        || from_json(json_extract(record, {path}), '["VARCHAR"]')
                    else [record]
                end) as record
                from raw.staged
            )"""
    )
    con.execute("create or replace view raw.staged as select * from raw.unfolded")


def _page_of(source: Source, text: str) -> str | None:
    """The name of the list that the first record is a page of."""
    try:
        record = json.loads(text)
    except ValueError:  # DuckDB takes a comma at the end, Python does not
        return None
    page = Sample("", "json", (), (record,))
    inner = opened(page)
    is_page = inner is not None and not source.detect(page) and source.detect(inner)
    return list_name(record) if is_page else None
