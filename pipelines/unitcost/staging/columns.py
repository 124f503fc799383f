"""Stages a Parquet file of plain columns as it lies there: no JSON is made between.

Which columns a format has is told by who calls.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import duckdb

from unitcost.sqltext import sql_name, sql_text
from unitcost.staging.limits import MAX_RECORD
from unitcost.staging.opening import is_packed
from unitcost.staging.tabular import is_nested, kinds_of, text_of

COLUMNS = "raw.staged_columns"
_NEVER_ESCAPED = re.compile(
    "U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN|DATE|TIME.*|UUID"
)
"""Types of whose texts nothing is escaped."""


def stage_columns(con: duckdb.DuckDBPyConnection, path: Path, known: Collection[str]) -> int:
    """Make `raw.staged_columns`: source_line, from 1, and each column as text.

    Returns how many rows it has; 0 where nothing was made, since there are none, or a column is not
    known or nested, or a row is longer than a record may be, or JSON would escape a text. Then
    `raw.staged` and `raw.rejected` are there as of any file; JSON is made when it is read.
    """
    if is_packed(path):
        return 0
    source = f"read_parquet({sql_text(path)}, hive_partitioning = false, file_row_number = true)"
    try:
        kinds = kinds_of(con, source)
        del kinds["file_row_number"]
        is_readable = kinds.keys() <= {*known} and not any(map(is_nested, kinds.values()))
        rows = _plain_rows(con, source, kinds) if is_readable else 0
    except duckdb.Error:  # damaged: whoever reads it whole says so
        return 0
    if rows:
        texts = {name: text_of(sql_name(name), kind) for name, kind in kinds.items()}
        _create(con, source, texts)
    return rows


def _plain_rows(con: duckdb.DuckDBPyConnection, source: str, kinds: dict[str, str]) -> int:
    """How many rows there are, where all are short and need no escape, else 0."""
    texts = [sql_name(n) for n, kind in kinds.items() if not _NEVER_ESCAPED.fullmatch(kind)]
    [(rows, is_plain)] = con.execute(
        f"""select count(*), coalesce(bool_and(
                strlen(texts) <= {MAX_RECORD // 2}
                and strlen(to_json(texts)::varchar) = strlen(texts) + 2
            ), false)
            from (select concat_ws('', {", ".join(["''", *texts])}) as texts from {source})"""
    ).fetchall()
    return int(rows) if is_plain else 0


def _create(con: duckdb.DuckDBPyConnection, source: str, texts: dict[str, str]) -> None:
    line = "file_row_number + 1 as source_line"
    named = ", ".join(f"{text} as {sql_name(name)}" for name, text in texts.items())
    pairs = ", ".join(f"{sql_text(name)}, {sql_name(name)}" for name in texts)
    con.execute(f"create or replace view {COLUMNS} as select {line}, {named} from {source}")
    con.execute(
        f"""create or replace view raw.staged as
            select source_line, json_object({pairs})::varchar as record from {COLUMNS}"""
    )
    con.execute(
        """create or replace view raw.rejected as
           select null::bigint as source_line, null::varchar as reason, null::varchar as text
           where false"""
    )
