"""What a day's requests cost by what is known now, beside what was reported; nothing is written.

Closed days are adjusted from it, and `reprice` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import duckdb

from unitcost.build import run_table
from unitcost.inputs import open_days_before, open_inputs, open_prices
from unitcost.lake.shapes import select_rows
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.tables import day_tables, row_models, upstream
from unitcost.workbench import tables_in
from unitcost_models.closing import PublishedRequest, ReportedRequest, RestatedRequest

_REQUESTS, _COSTS = "core.requests", "core.request_costs"


def restate(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, is_counted_as_built: bool
) -> None:
    """Make `steps.reported_requests` and `core.restated_requests` of a day in the workbench.

    Where the day's requests would be counted as they were, only their prices are looked up again.
    """
    _open_reported(session, con, day)
    tables = _tables(is_counted_as_built)
    open_prices(session, con)
    open_inputs(session, con, day, set(tables))
    open_days_before(session, con, day)
    done = {*tables_in(con)}
    for table in tables:
        run_table(con, table, day, done)
    _create(con, RestatedRequest.table, day)


def _open_reported(session: Session, con: duckdb.DuckDBPyConnection, day: date) -> None:
    """The day as published, and as adjusted since."""
    for table in (_REQUESTS, _COSTS):
        con.execute(f"create view {table} as {_select(session, con, table, day)}")
    _create(con, PublishedRequest.table, day)
    for table in (_REQUESTS, _COSTS):
        con.execute(f"drop view {table}")
    adjusted = session.catalogue.live(RestatedRequest.table, [day])
    source = (
        _select(session, con, RestatedRequest.table, day)
        if adjusted
        else f"select * from {PublishedRequest.table}"
    )
    con.execute(f"create view {ReportedRequest.table} as {source}")


def _select(session: Session, con: duckdb.DuckDBPyConnection, table: str, day: date) -> str:
    files = session.catalogue.live(table, [day])
    return select_rows(con, row_models()[table], session.home.root, files)


def _create(con: duckdb.DuckDBPyConnection, target: str, day: date) -> None:
    body = load_query(RestatedRequest.table).bind(day)
    con.execute(f"create table {target} as {body}")


@cache
def _tables(is_counted_as_built: bool) -> Sequence[str]:
    """The day tables that a request's cost is made of, inputs first."""
    counted = _with_inputs(_REQUESTS)
    wanted = _with_inputs(_COSTS) - (counted if is_counted_as_built else set())
    return [table for table in day_tables() if table in wanted]


def _with_inputs(table: str) -> set[str]:
    """A day table and the day tables it is made from."""
    parents = upstream(table) & set(day_tables())
    return {table}.union(*(_with_inputs(parent) for parent in parents))
