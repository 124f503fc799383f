"""Which row the words on the command line name, and of which tables rows can be asked for.

What is behind the row is found in `unitcost.why.tracing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from unitcost.errors import UsageError
from unitcost.sqltext import sql_text
from unitcost.tables import row_models
from unitcost.why.behind import WAYS
from unitcost.why.behind_terms import UNKNOWN
from unitcost_models.marts import CostPerRequest

TERMS = {
    "month": "strftime(day, '%Y-%m')",
    "hour_at": "date_trunc('hour', started_at)",
}
_MORE = (
    "core.requests",
    "core.request_costs",
    "core.tasks",
    "core.model_names",
)


def traceable() -> list[str]:
    """Tables whose rows are sets of requests, or of lines of reports and bills."""
    held = {*CostPerRequest.model_fields, *TERMS}
    return [
        table
        for table, model in row_models().items()
        if table in WAYS
        or ((table.startswith("marts.") or table in _MORE) and held.issuperset(model.key))
    ]


def read_key(table: str, words: Sequence[str]) -> dict[str, str]:
    """Column of the grain -> text.

    Raises:
        UsageError: the table cannot be asked for, or the words do not name its grain.
    """
    if table not in traceable():
        message = f"{table}: not a table whose rows go back to requests"
        raise UsageError(message, f"these do: {', '.join(traceable())}")
    grain = row_models()[table].key
    hint = f"write {table} {' '.join(f'{column}=...' for column in grain)}"
    named = dict(word.split("=", 1) for word in words if word.partition("=")[0] in grain)
    if not named and len(words) == len(grain):
        return dict(zip(grain, words, strict=True))
    unknown = [word for word in words if word.partition("=")[0] not in grain]
    missing = [column for column in grain if column not in named]
    if unknown or missing or len(named) != len(words):
        said = [f"{word!r} names no column of the grain" for word in unknown]
        said += [f"{column} is not given" for column in missing]
        message = f"{table}: {'; '.join(said) or 'a column is given twice'}"
        raise UsageError(message, f"{hint}, or the values in this order")
    return {column: named[column] for column in grain}


def read_row(con: duckdb.DuckDBPyConnection, table: str, key: dict[str, str]) -> dict[str, Any]:
    """The row, which then stands in `asked`.

    Raises:
        UsageError: no row, or more than one, has this key.
    """
    where = " and ".join(is_said(f'"{column}"', text) for column, text in key.items())
    con.execute(f"create or replace temp table asked as select * from {table} where {where}")
    cursor = con.execute("select * from asked")
    names = [column[0] for column in cursor.description or ()]
    found = cursor.fetchall()
    if len(found) != 1:
        shown = ", ".join(f"{column}={text}" for column, text in key.items())
        message = f"{table}: no row with {shown}"
        raise UsageError(message, f'unitcost sql "select {", ".join(key)} from {table}" lists them')
    return dict(zip(names, found[0], strict=True))


def is_said(term: str, text: str) -> str:
    """SQL: a term is what the text says; an unknown is written as the marts write it."""
    if term in ('"day"', "day", '"adjusted_day"'):
        return f"{term} = date '{_day(text)}'"
    return f"coalesce(cast({term} as varchar), '{UNKNOWN}') = {sql_text(text)}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text}: not a day"
        raise UsageError(message, "write it as YYYY-MM-DD") from error
