"""The rows that there are to ask for."""

from __future__ import annotations

import duckdb

from unitcost.tables import row_models
from unitcost.why.behind_terms import UNKNOWN


def keys(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, ...]]:
    """The key of each row, as the command takes it."""
    grain = ", ".join(f"coalesce(\"{c}\"::varchar, '{UNKNOWN}')" for c in row_models()[table].key)
    return [tuple(row) for row in con.execute(f"select {grain} from {table}").fetchall()]
