"""Makes a catalogue visible: writes `warehouse.duckdb` anew and renames it into place.

All tables of all days change together or not at all; readers keep the snapshot they hold.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from unitcost.lake.catalogue import Catalogue
from unitcost.lake.shapes import select_rows
from unitcost.paths import Home
from unitcost.queries import view_query
from unitcost.sqltext import sql_text
from unitcost_models.base import MONEY, Row, columns
from unitcost_models.meta import QuarantinedRecord

STORAGE_VERSION = "v1.2.0"
"""Readable by DuckDB 1.2 and newer tools, not only by the engine that wrote it."""
_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    MONEY: pa.decimal128(38, 12),
}


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
        con.execute("use w")
        _write_meta(con, catalogue)
        views: list[type[Row]] = [*tables, QuarantinedRecord]
        for row in views:
            _create_view(con, home, catalogue, row)
        con.execute("use memory; detach w")
    with draft.open("rb") as handle:
        os.fsync(handle.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)


def _write_meta(con: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    con.execute("create schema meta")
    for row, rows in catalogue.rows_of():
        wanted = columns(row)
        arrays = [
            pa.array([getattr(r, c.name) for r in rows], type=_ARROW[c.sql_type]) for c in wanted
        ]
        con.register("rows", pa.table(arrays, names=[c.name for c in wanted]))
        con.execute(f"create table {row.table} as select * from rows")
        con.unregister("rows")


def _create_view(
    con: duckdb.DuckDBPyConnection, home: Home, catalogue: Catalogue, row: type[Row]
) -> None:
    con.execute(f"create schema if not exists {row.table.split('.')[0]}")
    made = view_query(row.table)
    if made and row.table in catalogue.made_before:
        con.execute(catalogue.made_before[row.table])
        return
    filled = [file for file in catalogue.live(row.table) if file.rows]
    body = made or select_rows(con, row, home.root.resolve(), filled)
    con.execute(f"create view {row.table} as {body}")


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
