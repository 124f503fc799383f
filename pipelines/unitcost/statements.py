"""Runs SQL of our own that is run again and again: each text is parsed once a process.

To parse the queries of a small day takes a fifth of the day's build.
"""

from __future__ import annotations

from typing import Any

import duckdb

_PARSED: dict[str, duckdb.Statement] = {}
"""By text: those of our files and macros, and few others. A statement belongs to no connection."""


def run(con: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> duckdb.DuckDBPyConnection:
    """`con.execute(sql)` of one statement whose text is the same each time.

    `values` by name of parameter; one that the statement does not name is left out.
    """
    if sql not in _PARSED:
        [_PARSED[sql]] = con.extract_statements(sql)
    statement = _PARSED[sql]
    return con.execute(statement, {n: values[n] for n in statement.named_parameters} or None)
