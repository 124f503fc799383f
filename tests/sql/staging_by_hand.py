"""Stages invented records and runs a source's parse and sightings SQL, without files.

`raw.staged` is made here exactly as ingest makes it, so the SQL is tested by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb

from tests.given import rows_of
from unitcost.lake.maps import ENTRIES
from unitcost.queries import inlined, load_query
from unitcost.reading.buckets import parse_buckets
from unitcost.reading.flat_records import create_texts, parse_flat
from unitcost.sources import SOURCES
from unitcost.statements import run
from unitcost.task_rules import TaskRules, create_rule_macros
from unitcost.workbench import create_empty
from unitcost_models.base import Row, columns
from unitcost_models.raw_requests import RawRequest

DAY = date(2026, 3, 2)
FLAT_CALL: dict[str, Any] = {
    "started_at": "2026-03-02T10:00:00Z",
    "provider": "openai",
    "model": "m-1",
    "input_tokens": 10,
    "output_tokens": 5,
}
"""A record of the flat `requests` format."""
_FIRST_OF_EACH = """map_from_entries(list_filter(
    {0}, lambda e, i: list_position(list_transform({0}, lambda o: o.key), e.key) = i))"""
INGESTED_AT = "2026-04-01 00:00:00"
_entry_lists_of: dict[str, list[str]] = {}


def stage(con: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> None:
    """Make `raw.staged` of JSON texts, one a line."""
    con.execute("create or replace table raw.staged (source_line bigint, record json)")
    lines = [[number, text] for number, text in enumerate(texts, start=1)]
    if lines:
        con.executemany("insert into raw.staged values (?, ?)", lines)


def parse(
    con: duckdb.DuckDBPyConnection, source: str, *records: dict[str, Any] | str
) -> list[dict[str, Any]]:
    """The parse SQL's answer for records (a text is taken as it is), entries as maps."""
    stage(con, (r if isinstance(r, str) else json.dumps(r) for r in records))
    if SOURCES[source].names:
        parse_flat(con)
        return rows_of(con, "select * from raw.parsed")
    return rows_of(con, _answer(con, f"raw.{source}"))


def with_maps(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The same answer with maps where entries of maps are given, as writing a file makes them."""
    return _mapped(sql, _entry_lists(con, sql))


def _answer(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """A parse query with maps; to plan it only for its types would take as long as running it."""
    sql = inlined(name)
    if name == RawRequest.table:
        create_texts(con)
    if SOURCES[name.removeprefix("raw.")].is_bucketed:
        con.execute("drop table if exists raw.parsed")
        parse_buckets(con, name.removeprefix("raw."))
        return "select * from raw.parsed"
    if name not in _entry_lists_of:
        _entry_lists_of[name] = _entry_lists(con, sql)
    return _mapped(sql, _entry_lists_of[name])


def _entry_lists(con: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    described = con.execute(f"describe {sql}").fetchall()
    return [name for name, kind, *_ in described if kind == ENTRIES]


def _mapped(sql: str, names: list[str]) -> str:
    maps = ", ".join(f"{_FIRST_OF_EACH.format(name)} as {name}" for name in names)
    return f"select * replace ({maps}) from ({sql})" if maps else sql


def reasons(
    con: duckdb.DuckDBPyConnection, source: str, *records: dict[str, Any] | str
) -> list[Any]:
    """The reject reasons, in the order of the records."""
    return [row["reject_reason"] for row in parse(con, source, *records)]


def accept_staged(con: duckdb.DuckDBPyConnection, row: type[Row], name: str = "a.jsonl") -> int:
    """Add the accepted, new records of `raw.staged` to the raw table; returns how many."""
    has_table = con.execute(
        "select 1 from duckdb_tables() where schema_name || '.' || table_name = ?", [row.table]
    ).fetchall()
    if not has_table:
        create_empty(con, row)
    before = _count(con, row)
    own = {n: f"${n}" for n in ("source_format", "source_file", "ingested_at")}
    names = [c.name for c in columns(row)]
    answer = _answer(con, row.table)
    provenance = _provenance(row, name)
    run(
        con,
        f"insert into {row.table} select {', '.join(own.get(n, n) for n in names)} "
        f"from (select distinct on (record_id) * from ({answer}) "
        "where reject_reason is null order by record_id, source_line) "
        f"where record_id not in (select record_id from {row.table}) order by source_line",
        **{n: provenance[n] for n in own},
    )
    return _count(con, row) - before


def accept(
    con: duckdb.DuckDBPyConnection,
    row: type[Row],
    *records: dict[str, Any] | str,
    name: str = "a.jsonl",
) -> int:
    """Stage records and add them to the raw table; returns how many were accepted."""
    stage(con, (r if isinstance(r, str) else json.dumps(r) for r in records))
    return accept_staged(con, row, name)


def sightings(con: duckdb.DuckDBPyConnection, source: str) -> list[dict[str, Any]]:
    """The sightings of a source's raw table, in time order."""
    create_rule_macros(con, TaskRules())
    text = load_query(f"steps.{source}_sightings").bind(DAY)
    return rows_of(con, f"select * from ({text}) order by started_at, sighting_id")


def _provenance(row: type[Row], name: str) -> dict[str, object]:
    return {
        "source_format": row.table.removeprefix("raw."),
        "source_file": name,
        "ingested_at": INGESTED_AT,
    }


def _count(con: duckdb.DuckDBPyConnection, row: type[Row]) -> int:
    return int(con.execute(f"select count(*) from {row.table}").fetchall()[0][0])
