"""The SQL files, parsed."""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp

from unitcost.queries import load_query


@cache
def tree_of(name: str) -> exp.Expr:
    """A query's tree; to parse one takes longer than most tests of it."""
    return sqlglot.parse_one(load_query(name).text, dialect="duckdb")
