"""What a home's warehouse answers: rows, one value, and pairs."""

from __future__ import annotations

from typing import Any

import duckdb

from unitcost.paths import Home


def ask(home: Home, sql: str) -> list[tuple[Any, ...]]:
    """All rows, from the newest warehouse."""
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute(sql).fetchall()


def one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    return con.execute(sql).fetchall()[0][0]


def pairs(con: duckdb.DuckDBPyConnection, sql: str) -> dict[Any, Any]:
    return dict(con.execute(sql).fetchall())
