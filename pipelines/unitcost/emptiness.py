"""Tells from a SELECT alone without the rows of which tables it has none.

What it says is sure, and it runs nothing. A SELECT of which it says nothing may have rows or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

Emptiness = frozenset[frozenset[str]]
"""Sets of tables: where all tables of one of them have no rows, there is no row."""

_UNKNOWN: Emptiness = frozenset()
_CERTAIN: Emptiness = frozenset({frozenset()})
_WITH_TOTALS = (exp.Rollup, exp.Cube, exp.GroupingSets, exp.Tuple)
"""Of a GROUP BY whose sets may hold one without a column."""


def empty_when(query: exp.Expr, local: Mapping[str, Emptiness] | None = None) -> Emptiness:
    """Of a SELECT, or of several that are united; `local` is what is known of CTEs around it."""
    known = {**(local or {})}
    for cte in query.ctes if isinstance(query, exp.Query) else []:
        known[cte.alias] = _CERTAIN  # what reads itself begins without rows
        known[cte.alias] = empty_when(cte.this, known)
    if isinstance(query, exp.Subquery):
        return empty_when(query.this, known)
    if isinstance(query, exp.Union):
        return _both(empty_when(query.left, known), empty_when(query.right, known))
    if isinstance(query, exp.Except):
        return empty_when(query.left, known)
    return _of_select(query, known) if isinstance(query, exp.Select) else _UNKNOWN


@lru_cache(maxsize=256)
def view_empty_when(sql: str) -> Emptiness:
    """Of the statement that created a view; of one that reads files nothing is said.

    Nor of one in a spelling of DuckDB's own, in which it may tell the statement.
    """
    if "read_parquet(" in sql:
        return _UNKNOWN
    try:
        return empty_when(sqlglot.parse_one(sql, dialect="duckdb").expression)
    except ParseError:
        return _UNKNOWN


def _of_select(select: exp.Select, known: Mapping[str, Emptiness]) -> Emptiness:
    source = select.args.get("from_")
    if source is None or not _follows_its_rows(select):
        return _UNKNOWN
    found = _of_source(source.this, known)
    for join in select.args.get("joins") or []:
        found = _joined(found, _of_source(join.this, known), join)
    return found


def _follows_its_rows(select: exp.Select) -> bool:
    """Whether no rows read are no rows answered: an aggregate without groups has always one."""
    group = select.args.get("group")
    if group is not None and group.expressions:
        return not any(isinstance(key, _WITH_TOTALS) for key in group.expressions)
    is_by_columns = group is None or bool(group.args.get("all"))
    return is_by_columns and any(_is_plain(column) for column in select.selects)


def _is_plain(column: exp.Expr) -> bool:
    """Whether it is read row by row, as no column beside an aggregate can be."""
    is_called = column.find(exp.AggFunc, exp.Anonymous) is not None
    return column.is_star or (not is_called and column.find(exp.Column) is not None)


def _of_source(source: exp.Expr, known: Mapping[str, Emptiness]) -> Emptiness:
    if source.args.get("joins") or source.args.get("pivots"):
        return _UNKNOWN
    if isinstance(source, exp.Subquery):
        return empty_when(source, known)
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return _UNKNOWN
    if not source.db and source.name in known:
        return known[source.name]
    return frozenset({frozenset({f"{source.db}.{source.name}"})})


def _joined(left: Emptiness, right: Emptiness, join: exp.Join) -> Emptiness:
    if join.method:
        return _UNKNOWN
    if join.kind == "ANTI" or join.side == "LEFT":
        return left
    if join.side == "RIGHT":
        return right
    return _both(left, right) if join.side == "FULL" else _smallest(left | right)


def _both(left: Emptiness, right: Emptiness) -> Emptiness:
    return _smallest(frozenset(a | b for a in left for b in right))


def _smallest(sets: Emptiness) -> Emptiness:
    return frozenset(s for s in sets if not any(other < s for other in sets))
