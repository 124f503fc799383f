"""The score can be recomputed from SQL, and nothing that gets worse raises it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from tests.given import given, rows_of
from tests.sql.reconciled_month import Fault, reconcile_month
from tests.sql.reconciliation_faults import FAULTS
from unitcost.queries import view_query
from unitcost.settings import load_settings
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.base import Row
from unitcost_models.marts import CostPerRequest
from unitcost_models.meta import BuiltDay, Delivery, ExpectedReport
from unitcost_models.prices import Price
from unitcost_models.reconciliation import Reconciliation, ReconciliationGap, ReportedUsage
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


def test_views_that_are_read_as_views_answer_the_same() -> None:
    told = harmed(world(3), "requests.unpriced", 1) | EXPECTED
    with open_workbench() as con:
        as_tables = open_trust(con, told)
        for view in (AttestedUsage.table, ProvenDay.table, Trust.table):
            con.execute(f"drop table {view}; create view {view} as {view_query(view)}")
        assert rows_of(con, f"select * from {Trust.table}") == as_tables


def score(parts: list[dict[str, Any]]) -> Decimal:
    return sum((part["points_pct"] for part in parts), Decimal(0))


def test_a_good_warehouse_has_all_points(workbench: duckdb.DuckDBPyConnection) -> None:
    parts = open_trust(workbench, world(2))
    assert score(parts) == sum(part["weight"] for part in parts) == 100
    assert {p["part"]: p["remedy"] for p in parts if p["remedy"]}.keys() == {
        *("pricing", "attribution", "outcomes", "reconciliation", "freshness"),
        *("duplicates", "quarantine", "price_age", "finality"),
    }


def test_the_evidence_answers_what_the_parts_say(workbench: duckdb.DuckDBPyConnection) -> None:
    told = harmed(harmed(world(3), "requests.unpriced", 1), "requests.no_feature", 2)
    for part in open_trust(workbench, without_reports(told, DAY + timedelta(1))):
        proven, *counts = workbench.execute(part["evidence_sql"]).fetchall()[0]
        assert counts == [part["days"], part["good_count"], part["whole_count"]], part["part"]
        assert abs(proven - part["score_pct"] * part["days"]) < Decimal("0.001"), part["part"]


def test_an_empty_warehouse_has_none(workbench: duckdb.DuckDBPyConnection) -> None:
    assert score(open_trust(workbench, {name: [] for name in MODELS})) == 0


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


_HARM = st.tuples(st.sampled_from(sorted(HARMS)), st.integers(0, 20))
_LOSS = st.tuples(st.sampled_from(LOSSES), st.sets(st.integers(0, 20)))
_SILENCE = st.tuples(st.just("silence"), st.integers(1, 2))


@settings(max_examples=12, deadline=None)
@over(
    st.integers(1, 6), st.lists(_HARM, max_size=5), st.lists(_HARM | _LOSS | _SILENCE, max_size=4)
)
def test_nothing_that_gets_worse_or_is_lost_raises_it(
    size: int, harms: list[tuple[str, int]], losses: list[tuple[str, Any]]
) -> None:
    """Of a warehouse with whatever faults any records are lost, and a day's reports."""
    told = world(size)
    for harm, where in harms:
        told = harmed(told, harm, where)
    with open_workbench() as con:
        before = score(open_trust(con, told))
        for name, what in losses:
            if name == "silence":
                told = without_reports(told, DAY + timedelta(what))
            else:
                told = lost(told, name, what) if name in LOSSES else harmed(told, name, what)
            parts = open_trust(con, told)
            assert score(parts) <= before, (name, what)
            before = score(parts)


EXPECTED = {"expected": [{"provider": p, "since": DAY} for p in ("openai", "anthropic", "aws")]}
_ANY_LOSS = st.tuples(st.sampled_from(("requests", "tasks", "reports", "day", "provider")),
                      st.integers(0, 20))  # fmt: skip


def lost_whole(told: World, name: str, place_no: int) -> World:
    """A request, a task, a report of a provider's day, or all records of a day or a provider."""
    if name in ("requests", "tasks"):
        return lost(told, name, {place_no})
    of = {"reports": ("day", "provider"), "day": ("day",), "provider": ("provider",)}[name]
    where = {column: place(place_no % 6)[column] for column in of}
    tables = ("reports", "bills", "gaps", *(() if name == "reports" else ("requests",)))
    return told | {t: [r for r in told[t] if not where.items() <= r.items()] for t in tables}


@settings(max_examples=12, deadline=None)
@over(st.lists(_HARM, max_size=6), st.lists(_HARM | _ANY_LOSS, max_size=6))
def test_where_reports_are_expected_no_loss_whatever_raises_it(
    harms: list[tuple[str, int]], losses: list[tuple[str, int]]
) -> None:
    """Reports of usage that we never saw, the first days, and providers with all they told."""
    told = world(6) | EXPECTED
    for harm, where in harms:
        told = harmed(told, harm, where)
    with open_workbench() as con:
        before = score(open_trust(con, told))
        for name, where in losses:
            told = harmed(told, name, where) if name in HARMS else lost_whole(told, name, where)
            after = score(open_trust(con, told))
            assert after <= before, (name, where)
            before = after


def test_what_is_not_expected_weighs_nothing_and_what_is_weighs_alike(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """A provider of which nothing is ever told is a third of the day; a large one no more."""
    parts = {p["part"]: p["score_pct"] for p in open_trust(workbench, world(4) | EXPECTED)}
    assert parts.pop("freshness") == 100
    assert {*parts.values()} == {Decimal("66.666667")}
    told = world(4) | {"expected": EXPECTED["expected"][:1]}
    told["reports"] = [
        r | {"reported_quantity": 10**12} if r["provider"] == "anthropic" else r
        for r in told["reports"]
    ]
    assert score(open_trust(workbench, told)) == 100
    later = {"expected": [EXPECTED["expected"][0] | {"since": DAY - timedelta(2)}]}
    parts = {p["part"]: p for p in open_trust(workbench, told | later)}
    assert (parts["pricing"]["days"], parts["pricing"]["score_pct"]) == (4, 50)


def test_whose_usage_is_pulled_is_expected_since_its_report_first_tells(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """One that never told is, since any other did; to lose reports never is to be expected less."""
    pulled = {"expected": [e | {"since": None} for e in EXPECTED["expected"]]}
    told = harmed(world(6), "requests.unpriced", 0) | pulled
    before = score(open_trust(workbench, told))
    assert before == score(open_trust(workbench, told | EXPECTED))
    for lost_days in ((1,), (1, 2), (0, 1, 2)):
        for provider in ("openai", "anthropic"):
            days = {DAY + timedelta(n) for n in lost_days}
            after = told | {
                name: [r for r in told[name] if r["provider"] != provider or r["day"] not in days]
                for name in ("reports", "bills", "gaps")
            }
            assert score(open_trust(workbench, after)) < before, (provider, lost_days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[pull.openai_usage]\n[pull.openai_costs]\n", {"openai": None}),
        ("[pull.anthropic_costs]\n", {}),
        ("[pull.openai_usage]\n[trust.providers]\naws = 2026-10-01\n", {"aws": date(2026, 10, 1)}),
    ],
)
def test_a_pull_of_usage_says_who_bills_unless_the_settings_do(
    tmp_path: Path, text: str, expected: dict[str, date | None]
) -> None:
    """Costs alone attest no tokens."""
    file = tmp_path / "unitcost.toml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file).expected_reports() == expected


@pytest.mark.parametrize("harm", HARMS)
def test_each_loss_costs_points(workbench: duckdb.DuckDBPyConnection, harm: str) -> None:
    assert score(open_trust(workbench, harmed(world(2), harm, 0))) < 100


BAD: dict[str, dict[str, Any]] = {
    "unpriced": {"cost_usd": None},
    "unattributed": {"customer_id": None, "feature": None},
    "without outcome": {"task_id": "9"},
}


@pytest.mark.parametrize("reported", [0, 1, 2])
@pytest.mark.parametrize("bad", BAD)
def test_losing_only_the_bad_requests_raises_nothing(
    workbench: duckdb.DuckDBPyConnection, bad: str, reported: int
) -> None:
    """Of days with a report, without one, and of both."""
    told = world(4)
    told["tasks"].append({"task_id": "9", "day": DAY, "outcome": "unknown"})
    told["requests"] = [
        r | (BAD[bad] if n % 3 == 0 else {}) for n, r in enumerate(told["requests"])
    ]
    for day in range(reported, 2):
        told = without_reports(told, DAY + timedelta(day))
    before = score(open_trust(workbench, told))
    good = lost(told, "requests", {*range(0, 12, 3)})
    assert score(open_trust(workbench, lost(good, "tasks", {3}))) <= before


def test_what_no_report_attests_gives_no_points(workbench: duckdb.DuckDBPyConnection) -> None:
    told = without_reports(world(2), DAY)
    parts = {p["part"]: p for p in open_trust(workbench, told)}
    assert score([*parts.values()]) == parts["freshness"]["points_pct"] == 10
    assert parts["pricing"]["plain_pct"] == parts["attribution"]["plain_pct"] == 100


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("days", [1, 2])
def test_a_provider_without_its_report_is_proven_in_nothing(
    workbench: duckdb.DuckDBPyConnection, provider: str, days: int
) -> None:
    """Whichever was proven less before, on a day or on all; what it sold is still part of all."""
    told = harmed(world(4), "requests.unpriced", 0)
    before = score(open_trust(workbench, told))
    for name in ("reports", "bills", "gaps"):
        told[name] = [
            r for r in told[name] if r["provider"] != provider or r["day"] >= DAY + timedelta(days)
        ]
    parts = {p["part"]: p["score_pct"] for p in open_trust(workbench, told)}
    assert 40 < parts["quarantine"] == 100 - Decimal(25) * days
    assert score(open_trust(workbench, told)) < before - 20


def test_a_day_that_is_lost_whole_proves_nothing(workbench: duckdb.DuckDBPyConnection) -> None:
    """Nor does losing the newest, though no report of it is there yet."""
    told = world(6)
    for day in (1, 2):
        silent = without_reports(told, DAY + timedelta(day))
        gone = lost(
            silent,
            "requests",
            {n for n, r in enumerate(told["requests"]) if r["day"] == DAY + timedelta(day)},
        )
        assert score(open_trust(workbench, gone)) <= score(open_trust(workbench, silent)) < 100


def test_a_task_of_two_days_counts_its_requests_once(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    told = world(1)
    told["tasks"].append(told["tasks"][0] | {"day": DAY + timedelta(1)})
    assert score(open_trust(workbench, told)) == 100


def test_a_request_too_many_proves_no_other(workbench: duckdb.DuckDBPyConnection) -> None:
    told = world(1)
    told["requests"].append(request(3, place(0)))
    parts = {p["part"]: p["score_pct"] for p in open_trust(workbench, told)}
    assert parts.pop("duplicates") == Decimal("66.666667")
    assert {*parts.values()} == {100}


DEAR = Fault("update ours set price_factor = 1.1")
CACHES = FAULTS["count cached input as input"][1]


@pytest.mark.parametrize("fault", [DEAR, CACHES], ids=["dear price", "cached as input"])
def test_what_matches_no_bill_is_no_less_when_requests_are_lost(
    fault_bench: duckdb.DuckDBPyConnection, fault: Fault
) -> None:
    """Though what is metered in all comes nearer to the bill."""
    con = fault_bench
    con.execute("create schema if not exists meta")
    for row in (CostPerRequest, Task, BuiltDay):
        create_empty(con, row)
    read = f"""select day, provider, unmatched_usd from ({view_query(AttestedUsage.table)})
        where reported_tokens > 0 order by all"""
    found = []
    for loss in ("", "; delete from ours where hash(request_id) % 10 = 0"):
        reconcile_month(con, Fault(f"{fault.ours}{loss}"))
        found.append(con.execute(read).fetchall())
    whole, less = found
    assert all(b > a > 0 for (*_, a), (*_, b) in zip(whole, less, strict=True))
