"""Short ways to say which priced requests, tasks and revenue a mart is given.

No expectation is here; the tests state theirs row by row.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from tests.given import given
from unitcost.allocation_settings import AllocationSettings
from unitcost.days.allocation import open_allocation
from unitcost.queries import load_query
from unitcost.tables import day_tables, row_models
from unitcost.workbench import contents_of, create_empty, run_steps
from unitcost_models.agreements import CommitmentUse
from unitcost_models.base import columns
from unitcost_models.carried import CarriedRequest, EarlierRequest, EarlierTask
from unitcost_models.currencies import FxRate
from unitcost_models.marts import RunDay
from unitcost_models.provider import ProviderCost
from unitcost_models.raw_revenue import Revenue
from unitcost_models.requests import ModelName, Request, RequestCost
from unitcost_models.tasks import TaskDay
from unitcost_models.waste import ToolCall

DAY = date(2026, 3, 2)
UNATTRIBUTED = "(unattributed)"
MARTS = (
    *(name for name in day_tables() if name.startswith("marts.")),
    "marts.revenue",
    "marts.cost_per_customer",
)
_REQUEST = {
    "is_final_attempt": True,
    "attempt_count_known": True,
    "sampling_weight": 1,
    "started_at": "2026-03-02 09:30:00",
    "day": DAY,
    "provider": "openai",
    "platform": "direct",
    "model": "gpt-5-mini",
    "service_tier": "standard",
    "is_batch": False,
    "status": "ok",
    "billed_state": "billed",
    "usage_basis": "reported",
    "source_format": "requests",
    "source_file": "a.csv",
    "source_line": 1,
    "ingested_at": "2026-03-03 02:15:00",
    "sighting_count": 1,
}
_COST_COLUMNS = {c.name for c in columns(RequestCost)}


def request(request_id: str, cost_usd: str | None = "0", **values: Any) -> dict[str, Any]:
    """Columns of a request and its cost; a good one unless `values` say otherwise."""
    reason = None if cost_usd is not None else "usage_missing"
    own = {"request_id": request_id, "call_id": f"call of {request_id}", "cost_usd": cost_usd}
    cost = {
        "input_cost_usd": cost_usd,
        "cost_basis": "metered_list" if reason is None else "unpriced",
        "unpriced_reason": reason,
        "price_revision": "r1",
    }
    return _REQUEST | own | cost | values


def task(task_id: str, outcome: str = "success", **values: Any) -> dict[str, Any]:
    """Columns of a task that started on DAY and spent on it."""
    return {"task_id": task_id, "day": DAY, "started_on": DAY, "outcome": outcome} | values


def put(
    con: duckdb.DuckDBPyConnection,
    *requests: dict[str, Any],
    tasks: tuple[dict[str, Any], ...] = (),
    revenue: tuple[dict[str, Any], ...] = (),
    run_days: tuple[dict[str, Any], ...] = (),
    tool_calls: tuple[dict[str, Any], ...] = (),
    task_days: tuple[dict[str, Any], ...] = (),
) -> None:
    """Fill every table that the marts read."""
    costs = [{k: v for k, v in r.items() if k in _COST_COLUMNS} for r in requests]
    of_request = {c.name for c in columns(Request)}
    given(con, Request, *({k: v for k, v in r.items() if k in of_request} for r in requests))
    given(con, RequestCost, *costs)
    given(con, ModelName)
    given(con, row_models()["core.tasks"], *tasks)
    unsaid = {"plan": UNATTRIBUTED, "feature": UNATTRIBUTED, "currency": "USD", "amounts": 1}
    given(con, Revenue, *(unsaid | paid for paid in revenue))
    given(con, FxRate)
    given(con, RunDay, *run_days)
    given(con, TaskDay, *task_days)
    given(con, EarlierRequest)
    given(con, EarlierTask)
    given(con, ToolCall, *tool_calls)
    given(con, CommitmentUse)
    given(con, ProviderCost)
    open_allocation(con, AllocationSettings(), DAY)


def build(con: duckdb.DuckDBPyConnection, day: date = DAY) -> None:
    """Build every mart of the day, and those that are made of them when money is read."""
    there = contents_of(con, done=(RunDay.table, ToolCall.table))
    for name in MARTS:
        run_steps(con, [name], day, there)


def add_up(con: duckdb.DuckDBPyConnection, *parts: str) -> None:
    """Make parts of a day whose priced requests and tasks were put there by hand."""
    create_empty(con, CarriedRequest)
    run_steps(con, parts, DAY)


def findings(con: duckdb.DuckDBPyConnection, check: str) -> list[tuple[str, str]]:
    """Subject and detail of the rows that break a claim."""
    answer = con.execute(load_query(f"checks.{check}").bind(DAY)).fetchall()
    return [(subject, detail) for _, subject, detail in answer]
