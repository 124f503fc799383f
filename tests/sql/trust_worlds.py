"""Invented warehouses that trust scores, and what may get worse or be lost in them.

No expectation lives here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from tests.given import given, rows_of
from unitcost.queries import view_query
from unitcost_models.base import Row
from unitcost_models.marts import CostPerRequest
from unitcost_models.meta import BuiltDay, Delivery, ExpectedReport
from unitcost_models.prices import Price
from unitcost_models.reconciliation import (
    MeteredUsage,
    Reconciliation,
    ReconciliationGap,
    ReportedUsage,
)
from unitcost_models.tasks import Task
from unitcost_models.trust import AttestedUsage, ProvenDay, Trust

DAY = date(2026, 10, 5)
World = dict[str, list[dict[str, Any]]]


def place(number: int) -> dict[str, Any]:
    """A provider's day: two providers a day."""
    provider = ("openai", "anthropic")[number % 2]
    return {"day": DAY + timedelta(number // 2), "provider": provider, "platform": "direct"}


def request(number: int, day: dict[str, Any]) -> dict[str, Any]:
    """A good request of a hundred tokens."""
    return {
        **{"request_id": f"{day['day']} {day['provider']} {number}", "task_id": str(number)},
        **{"cost_usd": 1, "price_ids": "p,q", "customer_id": "acme", "feature": "chat"},
        **{"billed_state": "billed", "usage_basis": "reported", "status": "ok"},
        **{"prompt_tokens": 90, "completion_tokens": 10, **day},
    }


def world(size: int) -> World:
    """A good warehouse of some provider's days with three requests each."""
    places = [place(n) for n in range(size)]
    usage = {"report_kind": "usage", "token_class": "input", "reported_quantity": 300}
    return {
        "requests": [request(n, day) for day in places for n in range(3)],
        "tasks": [{"task_id": str(n), "day": DAY, "outcome": "success"} for n in range(3)],
        "reports": [{**day, **usage, "is_provisional": False} for day in places],
        "bills": [{**day, "reported_cost_usd": 3} for day in places],
        "gaps": [{**day, "stage": "cost", "cause": "price", "gap_usd": 0} for day in places],
        "deliveries": [
            {"path": str(n), "accepted": 9, "duplicates": 0, "quarantined": 0} for n in range(size)
        ],
        "days": [
            {"day": day, "built_at": datetime.combine(place(size + 1)["day"], time()), **over}
            for day in sorted({p["day"] for p in places})
            for over in [{"is_provisional": False}]
        ],
        "prices": [{"price_id": p, "recorded_on": DAY} for p in "pq"],
        "expected": [],
        "usage": [],
    }


MODELS: dict[str, type[Row]] = {
    "requests": CostPerRequest,
    "tasks": Task,
    "reports": ReportedUsage,
    "bills": Reconciliation,
    "gaps": ReconciliationGap,
    "deliveries": Delivery,
    "days": BuiltDay,
    "prices": Price,
    "expected": ExpectedReport,
    "usage": MeteredUsage,
}
HARMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "requests.unpriced": lambda r: r | {"cost_usd": None},
    "requests.no_customer": lambda r: r | {"customer_id": None},
    "requests.no_feature": lambda r: r | {"feature": None},
    "requests.no_price_row": lambda r: r | {"price_ids": ""},
    "requests.no_usage": lambda r: r | {"prompt_tokens": None, "usage_basis": "missing"},
    "requests.no_task": lambda r: r | {"task_id": None},
    "tasks.unknown": lambda r: r | {"outcome": "unknown"},
    "reports.more": lambda r: r | {"reported_quantity": r["reported_quantity"] + 40},
    "reports.provisional": lambda r: r | {"is_provisional": True},
    "bills.none": lambda r: r | {"reported_cost_usd": None},
    "gaps.more": lambda r: r | {"gap_usd": r["gap_usd"] + 1} if r["gap_usd"] >= 0 else r,
    "gaps.less": lambda r: r | {"gap_usd": r["gap_usd"] - 1} if r["gap_usd"] <= 0 else r,
    "days.provisional": lambda r: r | {"is_provisional": True},
    "days.stale": lambda r: r | {"built_at": r["built_at"] + timedelta(3)},
    "prices.old": lambda r: r | {"recorded_on": r["recorded_on"] - timedelta(200)},
}
LOSSES = ("requests", "tasks", "bills", "deliveries", "prices")
"""Of these any rows may be lost."""


def open_trust(con: duckdb.DuckDBPyConnection, told: World) -> list[dict[str, Any]]:
    """Views as tables: where one reads another again and again, to plan them takes longest."""
    con.execute("create schema if not exists meta")
    for name, row in MODELS.items():
        given(con, row, *told[name])
    for view in (AttestedUsage.table, ProvenDay.table, Trust.table):
        con.execute(f"create or replace table {view} as {view_query(view)}")
    return rows_of(con, f"select * from {Trust.table}")


def score(parts: list[dict[str, Any]]) -> Decimal:
    return sum((part["points_pct"] for part in parts), Decimal(0))


def harmed(told: World, harm: str, place: int) -> World:
    name = harm.split(".", maxsplit=1)[0]
    rows = list(told[name])
    if rows:
        rows[place % len(rows)] = HARMS[harm](rows[place % len(rows)])
    return told | {name: rows}


def lost(told: World, name: str, rows: set[int]) -> World:
    return told | {name: [r for n, r in enumerate(told[name]) if n not in rows]}


def without_reports(told: World, day: date) -> World:
    """All that any provider tells of a day is lost."""
    kept = {
        name: [r for r in told[name] if r["day"] != day] for name in ("reports", "bills", "gaps")
    }
    return told | kept


EXPECTED = {"expected": [{"provider": p, "since": DAY} for p in ("openai", "anthropic", "aws")]}


def lost_whole(told: World, name: str, place_no: int) -> World:
    """A request, a task, a report of a provider's day, or all records of a day or a provider."""
    if name in ("requests", "tasks"):
        return lost(told, name, {place_no})
    of = {"reports": ("day", "provider"), "day": ("day",), "provider": ("provider",)}[name]
    where = {column: place(place_no % 6)[column] for column in of}
    tables = ("reports", "bills", "gaps", *(() if name == "reports" else ("requests",)))
    return told | {t: [r for r in told[t] if not where.items() <= r.items()] for t in tables}
