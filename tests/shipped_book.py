"""Puts the shipped price book into a workbench, loaded and checked once a process."""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa

from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench


def open_shipped_book(con: duckdb.DuckDBPyConnection) -> None:
    """What `load_price_book` makes of it, handed on as a night hands it to its days."""
    for name, rows in _tables().items():
        con.register("rows", rows)
        con.execute(f"create or replace table {name} as select * from rows")
        con.unregister("rows")


@cache
def _tables() -> dict[str, pa.Table]:
    with open_workbench() as con:
        load_price_book(con)
        names = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'core'"
        ).fetchall()
        return {f"core.{n}": con.table(f"core.{n}").to_arrow_table() for (n,) in names}
