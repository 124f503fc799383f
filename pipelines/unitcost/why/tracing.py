"""From a number back to what it is made of: requests, price rows, files and lines.

It reads the published warehouse. Which words name a row on the command line is decided in
`unitcost.why.asked`, which requests are behind it in `unitcost.why.behind`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from unitcost.sqltext import sql_text
from unitcost.why.asked import TERMS, is_said, read_key, read_row
from unitcost.why.behind import REQUESTS, WAYS
from unitcost.why.behind_core import NO_SUMS, SHARES
from unitcost.why.behind_lines import billed_by, lines_behind
from unitcost.why.behind_rows import rates_of, rows_of
from unitcost.why.part import Part, ask

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
_MOVED = """row(p.provider, p.model, p.feature, p.workflow, p.customer_id)
    is distinct from row(k.provider, k.model, k.feature, k.workflow, k.customer_id)"""
_BOTH_SIDES = f"""(
    select p.*, true as was_reported, true as is_first_side,
        p.day in (select day from core.restated_requests) and (
            k.request_id is null or p.cost_usd is distinct from k.cost_usd or {_MOVED}
        ) as is_changed
    from {REQUESTS} as p
    left join core.restated_requests as k
        on p.request_id = k.request_id and p.day = k.day
    where p.day in (
        select day from core.restated_requests union select day from core.restated_tasks
    )
    union all by name
    select k.* exclude (usage_digest, price_revision, source_format, source_file, source_line),
        p.request_id is not null as was_reported, p.request_id is null as is_first_side,
        true as is_changed
    from core.restated_requests as k
    left join {REQUESTS} as p
        on k.request_id = p.request_id and k.day = p.day
    where p.request_id is null or {_MOVED}
)"""
"""Requests of adjusted days where they were reported, and where they belong as known now."""
_RELATIONS = {
    "marts.cost_per_successful_task": _BY_TASK,
    "marts.success_as_known": _BY_TASK,
    "marts.success_as_reported": _BY_TASK,
    "core.adjustments": _BOTH_SIDES,
    "core.restated_requests": _BOTH_SIDES,
    "core.outcome_adjustments": _BOTH_SIDES,
    "core.restated_tasks": _BOTH_SIDES,
}
"""Requests as a table sees them, where it groups them by other columns than their own."""
_COSTS = ("booked_cost_usd", "cost_usd", "waste_usd")
"""What was posted later is of no request of the row; `core.adjustments` has it."""


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
    lines: Part
    """Lines of reports, bills and deliveries that the row is made of beside requests."""
    billed: Part
    """What these lines state together by format and currency, each record once."""
    rows: dict[str, Part]
    """Rows of other tables that the row is made of, by table; exchange rates among them."""


def trace(con: duckdb.DuckDBPyConnection, table: str, words: Sequence[str], limit: int) -> Why:
    """What is behind the row of `table` that the words name.

    The words are `column=value` or the values in the order of the grain; `limit` is how many
    requests are listed, dearest first, 0 for all.

    Raises:
        UsageError: the table does not go back to requests, or no row has this key.
    """
    key = read_key(table, words)
    row = read_row(con, table, key)
    con.execute(f"create or replace temp table behind as {_requests(table, key)}")
    share = SHARES.get(table, "b.cost_usd")
    requests, cost_usd, unpriced, shared = con.execute(
        "select count(*), coalesce(sum(b.cost_usd), 0.000000000000), "
        f"count(*) filter (where b.cost_usd is null), coalesce(sum({share}), 0.000000000000) "
        f"from behind as b{' cross join asked as r' if table in SHARES else ''}"
    ).fetchall()[0]
    stated = _stated(table, row)
    lines = lines_behind(con, table, row)
    parts = {of: ask(con, sql) for of, sql in rows_of(table, row).items()}
    rates = ask(con, rates_of(row, lines))
    return Why(
        row,
        requests,
        cost_usd,
        unpriced,
        is_whole=None if stated is None else stated == shared,
        largest=_largest(con, limit),
        prices=_prices(con, row),
        files=_files(con),
        lines=lines,
        billed=billed_by(lines),
        rows=parts | ({"core.fx_rates": rates} if rates.rows else {}),
    )


def _stated(table: str, row: dict[str, Any]) -> Decimal | None:
    """What the row says that the requests behind it cost together; None where it does not."""
    if table in NO_SUMS:
        return None
    direct = row["direct_cost_usd"] if row.get("rule_no") == 0 else None
    return next((row[name] for name in _COSTS if name in row), direct)


def _requests(table: str, key: dict[str, str]) -> str:
    """SQL for the requests behind the row that stands in `asked`."""
    relation = _RELATIONS.get(table, REQUESTS)
    if table in WAYS:
        return f"select b.* from {relation} as b cross join asked as r where {WAYS[table]}"
    where = " and ".join(is_said(TERMS.get(c, f'"{c}"'), text) for c, text in key.items())
    return f"select * from {relation} where {where}"


def _largest(con: duckdb.DuckDBPyConnection, limit: int) -> Part:
    return ask(
        con,
        f"""select
                b.request_id, b.started_at, b.provider, b.model, b.status, b.prompt_tokens,
                b.completion_tokens, b.cost_usd, b.unpriced_reason, b.price_ids,
                coalesce(r.source_file, k.source_file) as source_file,
                coalesce(r.source_line, k.source_line) as source_line
            from behind as b
            left join core.requests as r
                on b.request_id = r.request_id and b.day = r.day
            left join core.restated_requests as k
                on b.request_id = k.request_id and b.day = k.day
            order by b.cost_usd desc nulls last, b.request_id
            {f"limit {limit}" if limit else ""}""",
    )


def _prices(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> Part:
    """Price rows of the requests, and those that the row itself names."""
    named = sql_text(row.get("price_id") or row.get("price_ids") or "")
    return ask(
        con,
        f"""with said as (
               select request_id, price_ids from behind
               union all
               select null as request_id, {named} as price_ids
           ),
           used as (
               select request_id, unnest(string_split(price_ids, ',')) as price_id
               from said where price_ids <> ''
           )
           select
               u.price_id, u.requests, p.meter, p.unit_price, p.per, p.unit, p.currency,
               p.valid_from, p.valid_to, p.recorded_on, p.confirmation, p.sources,
               p.source_file, p.source_line
           from (
               select price_id, count(distinct request_id) as requests from used group by price_id
           ) as u
           left join core.prices as p
               on u.price_id = p.price_id
           order by u.price_id""",
    )


def _files(con: duckdb.DuckDBPyConnection) -> Part:
    return ask(
        con,
        """with seen as (
               select s.source_file, s.source_format, s.source_line, s.request_id
               from core.sightings as s
               inner join behind as b
                   on s.request_id = b.request_id and s.day = b.day
               union
               select k.source_file, k.source_format, k.source_line, k.request_id
               from core.restated_requests as k
               inner join behind as b
                   on k.request_id = b.request_id and k.day = b.day
               where k.source_file is not null
           )
           select
               s.source_file, s.source_format, count(distinct s.request_id) as requests,
               count(*) as lines, min(s.source_line) as first_line, max(s.source_line) as last_line,
               any_value(d.sha256) as sha256, any_value(d.ingested_at) as ingested_at
           from seen as s
           left join meta.deliveries as d
               on s.source_file = d.path
           group by s.source_file, s.source_format
           order by s.source_file""",
    )
