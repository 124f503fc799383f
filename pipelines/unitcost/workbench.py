"""An in-memory DuckDB with one schema a layer, in which the SQL files run unchanged.

It knows nothing of files in the lake; whoever opens it puts the inputs there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from unitcost.emptiness import Emptiness, view_empty_when
from unitcost.queries import LAYERS, Query, load_query, query_path
from unitcost.sqltext import sql_files, sql_text
from unitcost.statements import run
from unitcost_models.base import Row, columns

_SETTINGS = """
    set enable_progress_bar = false; set timezone = 'UTC'; set preserve_insertion_order = true;
    set checkpoint_threshold = '1TB'
"""
"""No checkpoint: in memory it compresses each table, though it is read a few times and dropped."""

_MACROS = """
    create macro plain_number(v) as case when not contains(v, '_') then v end;
    create macro plain_time(v) as case
        when not contains(v, '_') and not regexp_matches(v, ':[0-9.]+ ?[+-](1[5-9]|[2-9][0-9])')
        then v
    end;
    create macro epoch_of(number, iso) as coalesce(
        try_cast(plain_number(number) as decimal(38, 6)),
        epoch(try_cast(plain_time(iso) as timestamptz))
    );
    create macro instant_of(seconds) as case
        when seconds between 0 and 100000000000 then make_timestamp((seconds * 1000000)::bigint)
    end;
"""
"""Plain is a text, unless it is what DuckDB reads as a number or a time and no other reader does:
1_000, and +99:00. An epoch is told in seconds, as a number or as an ISO time; the number goes
first."""

_LIMIT_GIB = 2.8
"""3 GB, in the unit in which DuckDB tells its limit."""

_COLUMNS: dict[str, str] = {}
"""Names and types of what a query answers, by its text; they follow from the row models it reads.
To have DuckDB find them takes half as long as to run a query on few rows."""


@dataclass
class Contents:
    """What a workbench holds."""

    kinds: dict[str, str] = field(default_factory=dict)
    """`layer.noun` -> `table` or `view`."""
    empty: set[str] = field(default_factory=set)
    """Those that surely have no rows."""
    done: set[str] = field(default_factory=set)
    """Those that are not made again."""

    def note(self, name: str, kind: str, is_empty: bool) -> None:
        """Learn of what is there."""
        self.kinds[name] = kind
        (self.empty.add if is_empty else self.empty.discard)(name)

    def have_none(self, sets: Emptiness) -> bool:
        """Whether all tables of one of the sets have no rows."""
        return any(tables <= self.empty for tables in sets)


def open_workbench(
    memory_limit: str | None = None, spill: str | None = None
) -> duckdb.DuckDBPyConnection:
    """A fresh connection: UTC, insertion order kept, no progress bar, empty layer schemas."""
    con = duckdb.connect()
    con.execute(_SETTINGS)
    con.execute(f"set memory_limit = '{memory_limit or _default_limit(con)}'")
    if spill:
        con.execute(f"set temp_directory = {sql_text(spill)}")
    con.execute(_MACROS)
    for layer in LAYERS:
        con.execute(f"create schema {layer}")
    return con


def _default_limit(con: duckdb.DuckDBPyConnection) -> str:
    """3 GB, with which a process stays below 4 GiB, or what DuckDB takes of a smaller machine."""
    ((own,),) = con.execute("select current_setting('memory_limit')").fetchall()
    size, unit = str(own).split()
    return "3GB" if unit == "TiB" or (unit == "GiB" and float(size) > _LIMIT_GIB) else str(own)


def share_memory(con: duckdb.DuckDBPyConnection, parts: int) -> None:
    """Leave room for others that work at the same time: this is one of so many."""
    ((limit,),) = con.execute(
        "select parse_formatted_bytes(current_setting('memory_limit'))"
    ).fetchall()
    con.execute(f"set memory_limit = '{limit // parts}B'")


def tables_in(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """`layer.noun` of every table and view that is there, and which of the two it is."""
    rows = run(
        con,
        """select schema_name || '.' || view_name, 'view' from duckdb_views() where not internal
           union all
           select schema_name || '.' || table_name, 'table' from duckdb_tables()""",
    ).fetchall()
    return dict(rows)


def contents_of(con: duckdb.DuckDBPyConnection, done: Iterable[str] = ()) -> Contents:
    """What is there now, and of it what is done."""
    rows = run(
        con,
        """select schema_name || '.' || table_name, 'table', estimated_size = 0, ''
           from duckdb_tables()
           union all
           select schema_name || '.' || view_name, 'view', false, sql
           from duckdb_views() where not internal""",
    ).fetchall()
    there = Contents(done={*done})
    for name, kind, is_empty, _ in rows:
        there.note(name, kind, is_empty)
    for name, kind, _, sql in rows:
        if kind == "view" and there.have_none(view_empty_when(sql)):
            there.empty.add(name)
    return there


def clear(con: duckdb.DuckDBPyConnection, kept: Collection[str]) -> None:
    """Drop all tables and views but the kept ones."""
    for name, kind in tables_in(con).items():
        if name not in kept:
            con.execute(f"drop {kind} {name}")


def create_empty(con: duckdb.DuckDBPyConnection, row: type[Row], table: str | None = None) -> None:
    """An empty table with the row model's columns, under its own name or another."""
    body = ", ".join(f"{c.name} {c.sql_type}" for c in columns(row))
    run(con, f"create or replace table {table or row.table} ({body})")


def create_rows(con: duckdb.DuckDBPyConnection, row: type[Row], rows: Sequence[Row]) -> None:
    """A table of these rows; one list a column is far quicker than one insert a row."""
    cells = [f"unnest(?::{c.sql_type}[]) as {c.name}" for c in columns(row)]
    values = [[getattr(r, c.name) for r in rows] for c in columns(row)]
    con.execute(f"create or replace table {row.table} as select {', '.join(cells)}", values)


def create_view(con: duckdb.DuckDBPyConnection, table: str, files: Iterable[str]) -> None:
    """A table that reads Parquet files; at least one."""
    body = f"select * from read_parquet({sql_files(files)}, hive_partitioning = false)"
    con.execute(f"create or replace view {table} as {body}")


def run_step(con: duckdb.DuckDBPyConnection, name: str, day: date) -> None:
    """Run one SQL file into a table, or make it a view, of its own name."""
    _run(con, load_query(name), day, contents_of(con))


def run_steps(
    con: duckdb.DuckDBPyConnection,
    targets: Iterable[str],
    day: date,
    there: Contents | None = None,
) -> None:
    """Run the targets and every `steps` query they need, each once, inputs first.

    Neither what is done nor what only it needs is run. `there` learns of what was.
    """
    there = there or contents_of(con)
    for name in _in_order(targets, there.done):
        _run(con, load_query(name), day, there)
        there.done.add(name)


def _run(con: duckdb.DuckDBPyConnection, query: Query, day: date, there: Contents) -> None:
    """Make what a query answers; where that is surely nothing, without planning the query."""
    is_empty = there.have_none(query.empty_when)
    kind = "view" if query.is_view and not is_empty else "table"
    if there.kinds.get(query.name, kind) != kind:
        con.execute(f"drop {there.kinds[query.name]} {query.name}")
    if is_empty:
        _create_without_rows(con, query, day)
    elif kind == "view":  # which takes no parameters
        con.execute(f"create or replace view {query.name} as {query.bind(day)}")
    else:
        made = run(con, f"create or replace table {query.name} as {query.text}", day=day)
        is_empty = made.fetchall() == [(0,)]
    there.note(query.name, kind, is_empty)


def _create_without_rows(con: duckdb.DuckDBPyConnection, query: Query, day: date) -> None:
    if query.text not in _COLUMNS:
        body = f"select * from ({query.bind(day)}) limit 0"
        con.execute(f"create or replace table {query.name} as {body}")
        found = con.execute(f"describe {query.name}").fetchall()
        _COLUMNS[query.text] = ", ".join(f'"{name}" {kind}' for name, kind, *_ in found)
    else:
        run(con, f"create or replace table {query.name} ({_COLUMNS[query.text]})")


def steps_of(table: str, done: Collection[str]) -> list[str]:
    """The steps that a table needs and that are not done, inputs first."""
    return _in_order([table], done)[:-1]


def drop_unread_steps(con: duckdb.DuckDBPyConnection, targets: Iterable[str]) -> None:
    """Drop the rows of steps that running these targets does not read, through views or not."""
    there = tables_in(con)
    read, pending = set[str](), [*targets]
    while pending:
        needed = {*load_query(pending.pop()).inputs} - read
        read |= needed
        pending += [
            name
            for name in needed
            if name.startswith("steps.")
            and there.get(name) != "table"
            and query_path(name).is_file()
        ]
    for name, kind in there.items():
        if kind == "table" and name.startswith("steps.") and name not in read:
            con.execute(f"drop table {name}")


def _in_order(targets: Iterable[str], done: Collection[str]) -> list[str]:
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in ordered or name in done:
            return
        for needed in load_query(name).inputs:
            if needed.startswith("steps.") and query_path(needed).is_file():
                visit(needed)
        ordered[name] = None

    for target in targets:
        visit(target)
    return list(ordered)
