"""Checks spooled records in SQL and makes the two relations that ingest reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from unitcost.sqltext import sql_text
from unitcost.staging.limits import KEPT_TEXT, MAX_DEPTH, NOT_JSON, NOT_OBJECT, TOO_DEEP
from unitcost.staging.spool import SPOOLED, Spool

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
# What nests deeply ends in a run of closing brackets.
_CLOSING_RUNS = ("}" * 32, "]" * 32, "]}" * 16)
_MAY_BE_DEEP = "may be deep"
_NO_JSON = f"when not json_valid(record) then {sql_text(NOT_JSON)}"
_FAULTS = f"""
    when ltrim(left(record, 64), ' \t\r')[1] <> '{{' then {sql_text(NOT_OBJECT)}
    when {" or ".join(f"contains(record, '{run}')" for run in _CLOSING_RUNS)}
        then {sql_text(_MAY_BE_DEEP)}"""
"""SQL cases: why a record cannot be read, or that its depth must be looked at."""


def check_records(con: duckdb.DuckDBPyConnection, spool: Spool) -> tuple[int, int]:
    """Make `raw.staged` and `raw.rejected`; returns how many rows each has."""
    kept = f"read_parquet({sql_text(spool.kept)}, file_row_number = true)"
    _find_invalid(con, kept, _FAULTS if spool.is_json else _NO_JSON + _FAULTS)
    if _count(con, "raw.invalid"):
        _find_deep(con, kept)
    bad = _count(con, "raw.invalid")
    sound = _without_invalid(con, kept, spool) if bad else kept
    con.execute(f"create or replace view raw.staged as select source_line, record from {sound}")
    con.execute(
        f"""create or replace view raw.rejected as
            select source_line, reason, text from read_parquet({sql_text(spool.rejected)})
            union all
            select source_line, i.reason, left(record, {KEPT_TEXT}) as text
            from {kept} inner join raw.invalid as i using (file_row_number)"""
    )
    return _count(con, kept) - bad, spool.rejected_count + bad


def _without_invalid(con: duckdb.DuckDBPyConnection, kept: str, spool: Spool) -> str:
    """The other records as a file of their own.

    A source's filter is tried before a join takes the invalid ones away, and fails on them.
    """
    target = sql_text(spool.folder / "sound.parquet")
    con.execute(
        f"""copy (
            select source_line, record from {kept} anti join raw.invalid using (file_row_number)
            order by file_row_number
        ) to {target} ({SPOOLED})"""
    )
    return f"read_parquet({target})"


def _find_invalid(con: duckdb.DuckDBPyConnection, kept: str, faults: str) -> None:
    """`raw.invalid(file_row_number, reason)`: records that are no JSON objects, or may be deep."""
    con.execute(
        f"""create or replace table raw.invalid as
            select file_row_number, nullif(fault, {sql_text(_MAY_BE_DEEP)}) as reason
            from (select file_row_number, case {faults} end as fault from {kept})
            where fault is not null"""
    )


def _find_deep(con: duckdb.DuckDBPyConnection, kept: str) -> None:
    """Tell the deep ones among those that may be; the others are good records."""
    suspects = con.cursor().execute(
        f"""select file_row_number, record from {kept} inner join raw.invalid
            using (file_row_number) where reason is null"""
    )
    deep = [row for row, text in _rows(suspects) if depth_of(text) > MAX_DEPTH]
    con.execute(
        "update raw.invalid set reason = $reason where file_row_number in (select unnest($deep))",
        {"reason": TOO_DEEP, "deep": deep},
    )
    con.execute("delete from raw.invalid where reason is null")


def depth_of(text: str) -> int:
    """How deeply objects and arrays nest in a JSON text."""
    depth = deepest = 0
    for character in _STRING.sub("", text):
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, str]]:
    while rows := cursor.fetchmany(100):
        yield from rows


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    return int(con.execute(f"select count(*) from {relation}").fetchall()[0][0])
