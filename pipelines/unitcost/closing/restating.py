"""What a day cost, how its tasks ended, what was paid and billed, known now beside reported.

It writes nothing. Closed days are adjusted from it, and `reprice` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import duckdb

from unitcost.days.build import run_table
from unitcost.days.inputs import open_days_before, open_inputs, open_prices
from unitcost.lake.shapes import select_rows
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.tables import day_tables, row_models, upstream
from unitcost.workbench import contents_of
from unitcost_models.base import Row
from unitcost_models.closing import PublishedRequest, ReportedRequest, RestatedRequest
from unitcost_models.late_bills import PublishedBill, ReportedBill, RestatedBill
from unitcost_models.late_outcomes import PublishedTask, ReportedTask, RestatedTask
from unitcost_models.late_revenue import PublishedRevenue, ReportedRevenue, RestatedRevenue
from unitcost_models.provider import InvoiceLine, ProviderCost
from unitcost_models.raw_revenue import Revenue

_REQUESTS, _COSTS, _TASKS = "core.requests", "core.request_costs", "core.tasks"
_MONEY = (Revenue.table, ProviderCost.table, InvoiceLine.table)
"""What is paid and billed, made of lines of files alone."""

_SIDES: dict[type[Row], tuple[type[Row], type[Row]]] = {
    RestatedRequest: (PublishedRequest, ReportedRequest),
    RestatedTask: (PublishedTask, ReportedTask),
    RestatedRevenue: (PublishedRevenue, ReportedRevenue),
    RestatedBill: (PublishedBill, ReportedBill),
}
"""What is known of a day -> the same as its tables hold it, and as it was reported since."""


def restate(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, is_counted_as_built: bool
) -> None:
    """Make what was reported and what is known of a day in the workbench: requests, tasks, revenue
    and bills.

    Where the day's requests would be counted as they were, only their prices are looked up again.
    """
    _open_reported(session, con, day)
    tables = _tables(is_counted_as_built)
    open_prices(session, con)
    open_inputs(session, con, day, set(tables))
    open_days_before(session, con, day)
    if is_counted_as_built:
        con.execute(f"create view {_TASKS} as {_select(session, con, _TASKS, day)}")
    there = contents_of(con)
    there.done |= there.kinds.keys()
    for table in tables:
        run_table(con, table, day, there)
    for known in _SIDES:
        _create(con, known.table, known, day)


def _open_reported(session: Session, con: duckdb.DuckDBPyConnection, day: date) -> None:
    """The day as published, and as adjusted since."""
    tables = (_REQUESTS, _COSTS, _TASKS, *_MONEY)
    for table in tables:
        con.execute(f"create view {table} as {_select(session, con, table, day)}")
    for known, (published, _) in _SIDES.items():
        _create(con, published.table, known, day)
    for table in tables:
        con.execute(f"drop view {table}")
    for known, (published, reported) in _SIDES.items():
        adjusted = session.catalogue.live(known.table, [day])
        source = f"select * from {published.table}"
        if adjusted:
            source = _select(session, con, known.table, day)
        con.execute(f"create view {reported.table} as {source}")


def _select(session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date) -> str:
    files = session.catalogue.live(table, [day])
    return select_rows(con, row_models()[table], session.home.root, files)


def _create(con: duckdb.DuckDBPyConnection, target: str, known: type[Row], day: date) -> None:
    body = load_query(known.table).bind(day)
    con.execute(f"create table {target} as {body}")


@cache
def _tables(is_counted_as_built: bool) -> Sequence[str]:
    """The day tables that costs, outcomes, revenue and bills are made of, inputs first."""
    counted = _with_inputs(_TASKS)
    wanted = (_with_inputs(_COSTS) | counted) - (counted if is_counted_as_built else set())
    return [table for table in day_tables() if table in wanted or table in _MONEY]


def _with_inputs(table: str) -> set[str]:
    """A day table and the day tables it is made from."""
    parents = upstream(table) & set(day_tables())
    return {table}.union(*(_with_inputs(parent) for parent in parents))
