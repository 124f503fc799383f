"""Puts given rows into a workbench, typed by their row model, absent columns NULL."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import duckdb

from unitcost.statements import run
from unitcost.workbench import create_empty
from unitcost_models.base import Row


def given(con: duckdb.DuckDBPyConnection, row: type[Row], *rows: dict[str, Any]) -> None:
    """Create the row model's table holding just these rows."""
    create_empty(con, row)
    for names, alike in groupby(rows, key=tuple):
        cells = [list(values.values()) for values in alike]
        marks = ", ".join(f"({', '.join('?' for _ in names)})" for _ in cells)
        # One statement for rows alike: planning one takes longer than inserting forty.
        con.execute(
            f"insert into {row.table} ({', '.join(names)}) values {marks}",
            [cell for line in cells for cell in line],
        )


def rows_of(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The answer of a query as dictionaries."""
    cursor = run(con, sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
