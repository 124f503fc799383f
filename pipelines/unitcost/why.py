"""From a number back to what it is made of: requests, price rows, files and lines.

It reads the published warehouse. Which words name a row on the command line is decided here; how
the answer is shown is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from unitcost.errors import UsageError
from unitcost.sqltext import sql_text
from unitcost.tables import RECONCILED, row_models
from unitcost_models.marts import CostPerRequest

UNKNOWN = "(unattributed)"
REQUESTS = CostPerRequest.table

_BY_TASK = f"""(
    select
        r.* exclude (task_type, feature, workflow),
        case when t.task_id is null then '(no task)' else t.task_type end as task_type,
        coalesce(t.feature, r.feature) as feature,
        coalesce(t.workflow, r.workflow) as workflow
    from {REQUESTS} as r
    left join core.tasks as t
        on r.task_id = t.task_id and r.day = t.day
)"""
_RELATIONS = {"marts.cost_per_successful_task": _BY_TASK}
"""Requests as a mart sees them, where it groups them by other columns than their own."""
_TERMS = {
    "month": "strftime(day, '%Y-%m')",
    "hour_at": "date_trunc('hour', started_at)",
    "adjusted_day": "day",
}
_NOT_OF_REQUESTS = {"core.adjustments": ("day", "posting_no", "cause")}
"""Parts of a key that say when and why, not of which requests."""
_COSTS = ("cost_usd", "waste_usd")
_MORE = (
    "core.requests",
    "core.request_costs",
    "core.tasks",
    "core.model_names",
    "core.adjustments",
)


@dataclass(frozen=True)
class Part:
    """A table of the answer: column names and rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True)
class Why:
    """A row and what is behind it."""

    row: dict[str, Any]
    requests: int
    cost_usd: Decimal
    """What the requests cost together."""
    unpriced_requests: int
    is_whole: bool | None
    """Whether they account for the row's cost to the last digit; None where it has none."""
    largest: Part
    """The dearest requests, each with the line that told of it."""
    prices: Part
    """Every price row that they were priced with."""
    files: Part
    """Every file that told of them."""


def trace(con: duckdb.DuckDBPyConnection, table: str, words: Sequence[str], limit: int) -> Why:
    """What is behind the row of `table` that the words name.

    The words are `column=value` or the values in the order of the grain; `limit` is how many
    requests are listed, dearest first, 0 for all.

    Raises:
        UsageError: the table does not go back to requests, or no row has this key.
    """
    key = _key(table, words)
    row = _row(con, table, key)
    ignored = _NOT_OF_REQUESTS.get(table, ())
    of_requests = {column: text for column, text in key.items() if column not in ignored}
    where = " and ".join(_is(_TERMS.get(c, f'"{c}"'), text) for c, text in of_requests.items())
    relation = _RELATIONS.get(table, REQUESTS)
    con.execute(f"create or replace temp table behind as select * from {relation} where {where}")
    requests, cost_usd, unpriced = con.execute(
        "select count(*), coalesce(sum(cost_usd), 0.000000000000), "
        "count(*) filter (where cost_usd is null) from behind"
    ).fetchall()[0]
    stated = next((row[name] for name in _COSTS if name in row), None)
    return Why(
        row,
        requests,
        cost_usd,
        unpriced,
        is_whole=None if stated is None else stated == cost_usd,
        largest=_largest(con, limit),
        prices=_prices(con),
        files=_files(con),
    )


def traceable() -> list[str]:
    """Tables whose rows are sets of requests; a reconciliation's are of bills too."""
    held = {*CostPerRequest.model_fields, *_TERMS}
    return [
        table
        for table, model in row_models().items()
        if (table.startswith("marts.") or table in _MORE)
        and table not in RECONCILED
        and held.issuperset({*model.key} - {*_NOT_OF_REQUESTS.get(table, ())})
    ]


def _key(table: str, words: Sequence[str]) -> dict[str, str]:
    """Column of the grain -> text."""
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


def _row(con: duckdb.DuckDBPyConnection, table: str, key: dict[str, str]) -> dict[str, Any]:
    where = " and ".join(_is(f'"{column}"', text) for column, text in key.items())
    cursor = con.execute(f"select * from {table} where {where}")
    names = [column[0] for column in cursor.description or ()]
    found = cursor.fetchall()
    if len(found) != 1:
        shown = ", ".join(f"{column}={text}" for column, text in key.items())
        message = f"{table}: no row with {shown}"
        raise UsageError(message, f'unitcost sql "select {", ".join(key)} from {table}" lists them')
    return dict(zip(names, found[0], strict=True))


def _is(term: str, text: str) -> str:
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


def _largest(con: duckdb.DuckDBPyConnection, limit: int) -> Part:
    return _ask(
        con,
        f"""select
                b.request_id, b.started_at, b.provider, b.model, b.status, b.prompt_tokens,
                b.completion_tokens, b.cost_usd, b.unpriced_reason, b.price_ids,
                r.source_file, r.source_line
            from behind as b
            left join core.requests as r
                on b.request_id = r.request_id and b.day = r.day
            order by b.cost_usd desc nulls last, b.request_id
            {f"limit {limit}" if limit else ""}""",
    )


def _prices(con: duckdb.DuckDBPyConnection) -> Part:
    return _ask(
        con,
        """with used as (
               select unnest(string_split(price_ids, ',')) as price_id
               from behind where price_ids <> ''
           )
           select
               u.price_id, u.requests, p.meter, p.unit_price, p.per, p.unit, p.currency,
               p.valid_from, p.valid_to, p.recorded_on, p.confirmation, p.sources,
               p.source_file, p.source_line
           from (select price_id, count(*) as requests from used group by price_id) as u
           left join core.prices as p
               on u.price_id = p.price_id
           order by u.price_id""",
    )


def _files(con: duckdb.DuckDBPyConnection) -> Part:
    return _ask(
        con,
        """select
               s.source_file, s.source_format, count(distinct s.request_id) as requests,
               count(*) as lines, min(s.source_line) as first_line, max(s.source_line) as last_line,
               any_value(d.sha256) as sha256, any_value(d.ingested_at) as ingested_at
           from core.sightings as s
           inner join behind as b
               on s.request_id = b.request_id and s.day = b.day
           left join meta.deliveries as d
               on s.source_file = d.path
           group by s.source_file, s.source_format
           order by s.source_file""",
    )


def _ask(con: duckdb.DuckDBPyConnection, sql: str) -> Part:
    cursor = con.execute(sql)
    return Part(tuple(str(c[0]) for c in cursor.description or ()), cursor.fetchall())
