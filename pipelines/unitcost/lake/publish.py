"""Makes a catalogue visible: writes `warehouse.duckdb` anew and renames it into place.

All tables of all days change together or not at all; readers keep the snapshot they hold.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from unitcost.lake.catalogue import Catalogue
from unitcost.lake.shapes import select_shapes
from unitcost.paths import Home
from unitcost.queries import view_query
from unitcost.sqltext import sql_text
from unitcost_models.base import Row
from unitcost_models.meta import QuarantinedRecord

STORAGE_VERSION = "v1.2.0"
"""Readable by DuckDB 1.2 and newer tools, not only by the engine that wrote it."""
_FILLED = """
    select table_name, shape, list(path order by path) as paths
    from meta.files
    where retired_at is null and rows > 0
    group by table_name, shape
    order by table_name, min(path)
"""


def publish(home: Home, catalogue: Catalogue, tables: Iterable[type[Row]], run_id: str) -> None:
    """Write the catalogue, views over the live files of `tables`, and swap it in."""
    write_catalogue(home, catalogue, tables, run_id, home.warehouse)


def write_catalogue(
    home: Home, catalogue: Catalogue, tables: Iterable[type[Row]], run_id: str, target: Path
) -> None:
    """Write a catalogue and its views beside `target`, then rename it into place."""
    draft = home.root / f".warehouse-{run_id}.duckdb"
    draft.unlink(missing_ok=True)
    with duckdb.connect() as con:
        con.execute(f"attach {sql_text(draft)} as w (storage_version '{STORAGE_VERSION}')")
        con.execute("use w; begin")  # one wait for the disk, not one a statement
        _write_meta(con, catalogue)
        _create_views(con, home.root.resolve(), [*tables, QuarantinedRecord], catalogue.made_before)
        con.execute("commit; use memory; detach w")
    with draft.open("rb") as handle:
        os.fsync(handle.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)


def _write_meta(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    con.execute("create schema meta")
    for row, rows in catalogue.tables():
        con.register("rows", rows)
        by_key = ", ".join(row.key)
        con.execute(f"create table {row.table} as select * from rows order by {by_key}")
        con.unregister("rows")


def _create_views(
    con: duckdb.DuckDBPyConnection,
    root: Path,
    tables: Sequence[type[Row]],
    made_before: Mapping[str, str],
) -> None:
    """Views over files, and those that read them.

    To make a view, the engine makes all that it reads. So views over files are first made over one
    file of each shape, and over all of them when the others have been made.
    """
    filled = _filled(con)
    made = {row.table: query for row in tables if (query := view_query(row.table))}
    for layer in sorted({row.table.split(".")[0] for row in tables}):
        con.execute(f"create schema if not exists {layer}")
    kept = [row for row in tables if row.table not in made]
    for row in kept:
        first = {shape: paths[:1] for shape, paths in filled[row.table].items()}
        con.execute(f"create view {row.table} as {select_shapes(con, row, root, first)}")
    for table, query in made.items():
        con.execute(made_before.get(table, f"create view {table} as {query}"))
    for row in kept:
        if any(len(paths) > 1 for paths in filled[row.table].values()):
            body = select_shapes(con, row, root, filled[row.table])
            con.execute(f"create or replace view {row.table} as {body}")


def _filled(con: duckdb.DuckDBPyConnection) -> defaultdict[str, dict[str | None, list[str]]]:
    """Table -> shape -> paths of its current files that have rows."""
    found: defaultdict[str, dict[str | None, list[str]]] = defaultdict(dict)
    for table, shape, paths in con.execute(_FILLED).fetchall():
        found[table][shape] = paths
    return found


def remove_expired(home: Home, catalogue: Catalogue) -> None:
    """Delete and forget the files that were replaced so long ago that no reader holds them."""
    for path in catalogue.drop_expired():
        (home.root / path).unlink(missing_ok=True)


def remove_orphans(home: Home, catalogue: Catalogue) -> int:
    """Delete the files that no catalogue names, left by a crash; how many."""
    orphans = [
        home.root / path
        for folder in (home.lake, home.quarantine)
        for path in _parquet_below(home.root, folder)
        if path not in catalogue.files
    ]
    orphans += home.root.glob(".warehouse-*.duckdb*")
    orphans += [
        path
        for path in home.closed.glob("*.duckdb*")
        if path.name.removesuffix(".wal").removesuffix(".duckdb") not in catalogue.closed
    ]
    for path in orphans:
        path.unlink()
    return len(orphans)


def _parquet_below(root: Path, folder: Path) -> Iterator[str]:
    """Every Parquet file's path below the root, as text: a long history has ten thousands."""
    prefix = len(f"{root}/")
    for below, _, names in os.walk(folder):
        yield from (f"{below}/{n}"[prefix:] for n in names if n.endswith(".parquet"))
