"""The score can be recomputed from SQL, and nothing that gets worse raises it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from tests.given import given, rows_of
from unitcost.queries import view_query
from unitcost.workbench import open_workbench
from unitcost_models.base import Row
from unitcost_models.marts import CostPerRequest
from unitcost_models.meta import BuiltDay, Delivery
from unitcost_models.prices import Price
from unitcost_models.reconciliation import MeteredUsage, ReconciledRequests, Reconciliation
from unitcost_models.tasks import Task
from unitcost_models.trust import Trust

DAY = date(2026, 10, 5)
World = dict[str, list[dict[str, Any]]]


def bill(number: int) -> dict[str, Any]:
    """A place of both sides."""
    return {"day": DAY, "provider": "openai", "platform": "direct", "model": str(number)}


def world(size: int) -> World:
    """A good warehouse of some requests."""
    numbers = range(size)
    return {
        "requests": [
            {"request_id": str(n), "day": DAY, "cost_usd": 1, "price_ids": "p,q"}
            | {"customer_id": "acme", "feature": "chat"}
            for n in numbers
        ],
        "tasks": [{"task_id": str(n), "day": DAY, "outcome": "success"} for n in numbers],
        "metered": [
            {**bill(n), "token_class": "requests", "priced_quantity": 9, "unpriced_quantity": 0}
            for n in numbers
        ],
        "bills": [
            {**bill(n), "metered_usd": 100, "reported_cost_usd": 105, "is_provisional": False}
            for n in numbers
        ],
        "deliveries": [
            {"path": str(n), "accepted": 9, "duplicates": 0, "quarantined": 0} for n in numbers
        ],
        "days": [{"day": DAY, "built_at": datetime(2026, 10, 6), "is_provisional": False}],
        "prices": [{"price_id": p, "recorded_on": DAY} for p in "pq"],
    }


MODELS: dict[str, type[Row]] = {
    "requests": CostPerRequest,
    "tasks": Task,
    "bills": Reconciliation,
    "metered": MeteredUsage,
    "deliveries": Delivery,
    "days": BuiltDay,
    "prices": Price,
}
HARMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "requests.unpriced": lambda r: r | {"cost_usd": None},
    "requests.no_customer": lambda r: r | {"customer_id": None},
    "requests.no_feature": lambda r: r | {"feature": None},
    "requests.no_price_row": lambda r: r | {"price_ids": ""},
    "tasks.unknown": lambda r: r | {"outcome": "unknown"},
    "bills.far": lambda r: r | {"reported_cost_usd": 205},
    "bills.less": lambda r: r | {"reported_cost_usd": 40},
    "bills.none": lambda r: r | {"reported_cost_usd": None},
    "bills.provisional": lambda r: r | {"is_provisional": True},
    "metered.unpriced": lambda r: (
        r
        | {
            "priced_quantity": max(r["priced_quantity"] - 5, 0),
            "unpriced_quantity": r["unpriced_quantity"] + min(r["priced_quantity"], 5),
        }
    ),
    "deliveries.refused": lambda r: (
        r | {"accepted": max(r["accepted"] - 1, 0), "quarantined": r["quarantined"] + 1}
    ),
    "deliveries.repeated": lambda r: r | {"duplicates": r["duplicates"] + 1},
    "days.provisional": lambda r: r | {"is_provisional": True},
    "days.stale": lambda r: r | {"built_at": r["built_at"] + timedelta(3)},
    "prices.old": lambda r: r | {"recorded_on": r["recorded_on"] - timedelta(200)},
}


def open_trust(con: duckdb.DuckDBPyConnection, told: World) -> list[dict[str, Any]]:
    con.execute("create schema if not exists meta")
    for name, row in MODELS.items():
        given(con, row, *told[name])
    for view in (ReconciledRequests.table, Trust.table):
        con.execute(f"create or replace view {view} as {view_query(view)}")
    return rows_of(con, f"select * from {Trust.table}")


def score(parts: list[dict[str, Any]]) -> Decimal:
    return sum((part["points_pct"] for part in parts), Decimal(0))


def test_a_good_warehouse_has_all_points(workbench: duckdb.DuckDBPyConnection) -> None:
    parts = open_trust(workbench, world(2))
    assert score(parts) == sum(part["weight"] for part in parts) == 100
    assert {p["part"]: p["remedy"] for p in parts if p["remedy"]}.keys() == {
        *("pricing", "attribution", "outcomes", "reconciliation", "freshness"),
        *("duplicates", "quarantine", "price_age", "finality"),
    }


def test_an_empty_warehouse_has_none(workbench: duckdb.DuckDBPyConnection) -> None:
    assert score(open_trust(workbench, {name: [] for name in MODELS})) == 0


def harmed(told: World, harm: str, place: int) -> World:
    name = harm.split(".", maxsplit=1)[0]
    rows = list(told[name])
    rows[place % len(rows)] = HARMS[harm](rows[place % len(rows)])
    return told | {name: rows}


@settings(max_examples=25, deadline=None)
@over(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(sorted(HARMS)), st.integers(0, 5)), max_size=6),
)
def test_nothing_that_gets_worse_raises_it(size: int, harms: list[tuple[str, int]]) -> None:
    told = world(size)
    with open_workbench() as con:
        before = score(open_trust(con, told))
        for harm, place in harms:
            told = harmed(told, harm, place)
            parts = open_trust(con, told)
            assert score(parts) <= before, harm
            before = score(parts)
        for part in parts if harms else []:
            shown = con.execute(part["evidence_sql"]).fetchall()[0]
            assert shown == (part["good_count"], part["whole_count"]), part["part"]


@pytest.mark.parametrize("harm", HARMS)
def test_each_loss_costs_points(workbench: duckdb.DuckDBPyConnection, harm: str) -> None:
    assert score(open_trust(workbench, harmed(world(2), harm, 0))) < 100


def test_a_lost_price_never_brings_a_bill_nearer(workbench: duckdb.DuckDBPyConnection) -> None:
    """Metered twice, one half loses its price: what is left equals the bill by chance."""
    told = world(1)
    told["bills"] = [told["bills"][0] | {"metered_usd": 200}]
    before = score(open_trust(workbench, told))
    told["bills"] = [told["bills"][0] | {"metered_usd": 105}]
    told = harmed(told, "metered.unpriced", 0)
    assert score(open_trust(workbench, told)) == before


def test_a_bill_that_names_no_models_is_held_against_all_of_them(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    told = world(2)
    whole = bill(0) | {"model": "(not split)", "token_class": "not_split", "metered_usd": 0}
    told["bills"] = [r | {"reported_cost_usd": 0} for r in told["bills"]]
    told["bills"].append(whole | {"reported_cost_usd": 205, "is_provisional": False})
    assert score(open_trust(workbench, told)) == 100
    assert score(open_trust(workbench, harmed(told, "metered.unpriced", 0))) == 80
