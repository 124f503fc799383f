"""An in-memory DuckDB with one schema a layer, in which the SQL files run unchanged.

It knows nothing of files in the lake; whoever opens it puts the inputs there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import duckdb

from unitcost.queries import LAYERS, load_query, query_path
from unitcost.sqltext import sql_files, sql_text
from unitcost_models.base import Row, columns

_SETTINGS = """
    set enable_progress_bar = false; set timezone = 'UTC'; set preserve_insertion_order = true;
    set checkpoint_threshold = '1TB'
"""
"""No checkpoint: in memory it compresses each table, though it is read a few times and dropped."""

_LIMIT_GIB = 2.8


def open_workbench(
    memory_limit: str | None = None, spill: str | None = None
) -> duckdb.DuckDBPyConnection:
    """A fresh connection: UTC, insertion order kept, no progress bar, empty layer schemas."""
    con = duckdb.connect()
    con.execute(_SETTINGS)
    con.execute(f"set memory_limit = '{memory_limit or _default_limit(con)}'")
    if spill:
        con.execute(f"set temp_directory = {sql_text(spill)}")
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
    rows = con.execute(
        """select schema_name || '.' || view_name, 'view' from duckdb_views() where not internal
           union all
           select schema_name || '.' || table_name, 'table' from duckdb_tables()"""
    ).fetchall()
    return dict(rows)


def clear(con: duckdb.DuckDBPyConnection, kept: Collection[str]) -> None:
    """Drop all tables and views but the kept ones."""
    for name, kind in tables_in(con).items():
        if name not in kept:
            con.execute(f"drop {kind} {name}")


def create_empty(con: duckdb.DuckDBPyConnection, row: type[Row], table: str | None = None) -> None:
    """An empty table with the row model's columns, under its own name or another."""
    body = ", ".join(f"{c.name} {c.sql_type}" for c in columns(row))
    con.execute(f"create or replace table {table or row.table} ({body})")


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
    query = load_query(name)
    if query.is_view and tables_in(con).get(name) == "table":
        con.execute(f"drop table {name}")  # rows that were given under the view's name
    kind = "view" if query.is_view else "table"
    con.execute(f"create or replace {kind} {name} as {query.bind(day)}")


def run_steps(
    con: duckdb.DuckDBPyConnection,
    targets: Iterable[str],
    day: date,
    done: set[str] | None = None,
) -> None:
    """Run the targets and every `steps` query they need, each once, inputs first.

    What is in `done` is there already: neither it nor what only it needs is run. `done` learns of
    what was.
    """
    done = set() if done is None else done
    for name in _in_order(targets, done):
        run_step(con, name, day)
        done.add(name)


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
