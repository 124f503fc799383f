"""The lines behind the row that stands in `asked`: of reports, bills and deliveries.

Which they are is said in `unitcost.why.behind_deliveries`; here they are read, with the money they
state.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

import duckdb

from unitcost.sqltext import sql_text
from unitcost.tables import row_models
from unitcost.why.behind_deliveries import LINES, RECORDS
from unitcost.why.behind_terms import REPORTS
from unitcost.why.part import Part, ask

_SHOWN_ELSEWHERE = ("core.requests", "core.restated_requests", "core.sightings", "core.prices")
"""Their rows name a line, which stands beside the request or the price."""
_WORDED = ("line_item", "description", "raw_model", "model", "plan", "outcome", "reason", "source")
_BILLED = ("billed_cost", "billed_cost_usd", "billed_revenue")
_NO_LINE = (
    "cast(null as varchar) as source_format, cast(null as varchar) as record_id, "
    "'' as source_file, 0 as source_line, cast(null as varchar) as line_item, "
    "cast(null as decimal(38, 12)) as billed_amount, cast(null as varchar) as currency"
)


def lines_behind(con: duckdb.DuckDBPyConnection, table: str, row: Collection[str]) -> Part:
    """Every line once, by its place, with its words, its amount and the currency of it."""
    con.execute(
        "create or replace temp table told as select cast(null as varchar) as source_format, "
        "cast(null as varchar) as record_id where false"
    )
    for report in REPORTS if table in LINES else ():
        if table not in REPORTS or table == report:
            _tell(con, report, LINES[table])
    formats, condition = RECORDS.get(table, ((), "false"))
    for name in formats:
        _tell(con, f"raw.{name}", condition)
    found = con.execute("select distinct source_format from told order by 1").fetchall()
    parts = [f"select {_NO_LINE} where false", *(_of_format(name) for (name,) in found)]
    if "source_line" in row and table not in _SHOWN_ELSEWHERE:
        parts.append(f"select {_line(row)} from asked as l where l.source_file is not null")
    return ask(con, f"select distinct * from ({' union all '.join(parts)}) order by 3, 4, 5, 2")


def billed_by(lines: Part) -> Part:
    """What the records of the lines state together by format and currency, each record once."""
    records = {(row[0], row[1]): (row[5], row[6]) for row in lines.rows if row[5] is not None}
    sums: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for (source_format, _), (billed, currency) in records.items():
        key = (source_format, currency)
        count, so_far = sums.get(key, (0, Decimal(0)))
        sums[key] = (count + 1, so_far + billed)
    rows = [(*key, *sums[key]) for key in sorted(sums, key=str)]
    return Part(("source_format", "currency", "records", "billed_amount"), rows)


def _tell(con: duckdb.DuckDBPyConnection, relation: str, condition: str) -> None:
    con.execute(
        f"insert into told select l.source_format, l.record_id from {relation} as l "
        f"cross join asked as r where {condition}"
    )


def _of_format(name: str) -> str:
    return (
        f"select {_line(row_models()[f'raw.{name}'].model_fields)} from told as t "
        f"inner join raw.{name} as l on t.record_id = l.record_id "
        f"where t.source_format = {sql_text(name)}"
    )


def _line(fields: Collection[str]) -> str:
    """A line's columns, as far as its table has them."""
    words = [f"nullif(cast(l.\"{name}\" as varchar), '')" for name in _WORDED if name in fields]
    billed = next((f"l.{name}" for name in _BILLED if name in fields), "null")
    named = ", ".join(
        f"{f'l.{name}' if name in fields else 'null'} as {name}"
        for name in ("source_format", "record_id", "source_file", "source_line")
    )
    worded = f"coalesce({', '.join([*words, 'null'])})"
    if {"period_start", "period_end"} <= {*fields}:
        worded = f"concat_ws(', ', {worded}, l.period_start || ' to ' || l.period_end)"
    currency = "l.currency" if "currency" in fields else "null"
    return (
        f"{named}, {worded} as line_item, "
        f"cast({billed} as decimal(38, 12)) as billed_amount, {currency} as currency"
    )
