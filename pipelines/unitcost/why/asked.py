"""Which row the words on the command line name, and of which tables rows can be asked for.

What is behind the row is found in `unitcost.why.tracing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
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
_SHOWN = 5
"""Values that are offered for a word that names none."""
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
        message = f"{table}: not a table whose rows go back to requests, price rows or lines"
        near = get_close_matches(table, traceable(), 3)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        others = ", ".join(name for name in traceable() if not name.startswith("raw."))
        raise UsageError(message, f"{meant}these do: {others} and each raw.<format>")
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
        listed = f'unitcost sql "select {", ".join(key)} from {table}" lists all'
        raise UsageError(f"{table}: no row with {shown}", f"{_nearest(con, table, key)}; {listed}")
    return dict(zip(names, found[0], strict=True))


def _nearest(con: duckdb.DuckDBPyConnection, table: str, key: dict[str, str]) -> str:
    """What the table has where the words stop naming a row: the values most like the word."""
    said = ["true"]
    for column, text in key.items():
        value = f"coalesce(cast(\"{column}\" as varchar), '{UNKNOWN}')"
        likeness = f"jaro_winkler_similarity({value}, {sql_text(text)})"
        held = con.execute(
            f"""select {value}, count(*) over () from {table} where {" and ".join(said)}
            group by 1 order by {likeness} desc, 1 limit {_SHOWN}"""
        ).fetchall()
        said.append(is_said(f'"{column}"', text))
        if held and text not in [shown for shown, _ in held]:
            given = ", ".join(f"{c}={t}" for c, t in list(key.items())[: len(said) - 2])
            more = f" and {held[0][1] - _SHOWN} more" if held[0][1] > _SHOWN else ""
            of = f"of {given} " if given else ""
            return f"{of}there is {column} {', '.join(shown for shown, _ in held)}{more}"
    return "the table is empty"


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
