"""Puts raw tables of one shape under one name, so that one step reads them all."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from unitcost.tables import UNIONS, unions
from unitcost.workbench import create_empty, tables_in


def unite(con: duckdb.DuckDBPyConnection, names: Iterable[str] = tuple(UNIONS)) -> None:
    """Views of the unions over the raw tables that are there; a table that is not has no rows."""
    present = tables_in(con)
    for name in names:
        shape = f"{name}_shape"
        create_empty(con, UNIONS[name], shape)
        parts = [shape, *(table for table in unions()[name] if table in present)]
        body = " union all by name ".join(f"select * from {part}" for part in parts)
        con.execute(f"create or replace view {name} as {body}")
