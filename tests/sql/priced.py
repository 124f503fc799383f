"""Prices invented requests with the real book: one workbench, the shipped tables, the real SQL.

No expectation lives here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb

from tests.given import given, rows_of
from tests.shipped_book import open_shipped_book
from unitcost.workbench import open_workbench, run_steps
from unitcost_models.agreements import AllowanceBefore
from unitcost_models.requests import Request

_NOON = datetime(2026, 10, 20, 12)


def open_priced_workbench() -> duckdb.DuckDBPyConnection:
    """A workbench with the shipped price book in it."""
    con = open_workbench()
    open_shipped_book(con)
    return con


def request(**values: Any) -> dict[str, Any]:
    """A billed, reported request of gpt-5 on its own platform, unless told otherwise."""
    row: dict[str, Any] = {
        "request_id": "r1",
        "call_id": "c1",
        "is_final_attempt": True,
        "attempt_count_known": True,
        "sampling_weight": 1,
        "started_at": _NOON,
        "provider": "openai",
        "platform": "direct",
        "model": "gpt-5",
        "service_tier": "standard",
        "is_batch": False,
        "status": "ok",
        "billed_state": "billed",
        "usage_basis": "reported",
    } | values
    return row | {"day": row["started_at"].date()}


def price(con: duckdb.DuckDBPyConnection, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of core.request_costs for these requests, in their order of request_id."""
    given(con, Request, *requests)
    if not con.execute("from duckdb_tables() where table_name = 'allowance_before'").fetchall():
        given(con, AllowanceBefore)
    run_steps(con, ["core.request_costs"], date(2026, 1, 1))
    return rows_of(con, "select * from core.request_costs order by request_id")


def price_one(con: duckdb.DuckDBPyConnection, **values: Any) -> dict[str, Any]:
    """The cost row of one request."""
    return price(con, request(**values))[0]
