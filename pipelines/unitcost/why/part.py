"""A table of an answer: the names of its columns, and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class Part:
    """A table of the answer: column names and rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def ask(con: duckdb.DuckDBPyConnection, sql: str) -> Part:
    """What a query answers."""
    cursor = con.execute(sql)
    return Part(tuple(str(c[0]) for c in cursor.description or ()), cursor.fetchall())
