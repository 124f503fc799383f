"""Nothing that gets worse or is lost raises the score."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from tests.sql.reconciled_month import Fault, reconcile_month
from tests.sql.reconciliation_faults import FAULTS
from tests.sql.trust_worlds import (
    DAY,
    EXPECTED,
    HARMS,
    LOSSES,
    harmed,
    lost,
    lost_whole,
    open_trust,
    place,
    request,
    score,
    without_reports,
    world,
)
from unitcost.queries import view_query
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.marts import CostPerRequest
from unitcost_models.meta import BuiltDay
from unitcost_models.tasks import Task
from unitcost_models.trust import AttestedUsage

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


_ANY_LOSS = st.tuples(st.sampled_from(("requests", "tasks", "reports", "day", "provider")),
                      st.integers(0, 20))  # fmt: skip


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


def test_what_is_told_twice_makes_up_for_nothing_that_is_missing(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """Of a day one of three requests is lost; a second file tells another one of them again."""
    missing = lost(world(2), "requests", {2}) | {
        "gaps": [{**place(0), "stage": "usage", "cause": "not_instrumented", "gap_usd": 1}]
    }
    twin = {"token_class": "input", "priced_quantity": 300, "twin_quantity": 100, "cost_usd": 3}
    again = missing | {
        "requests": [*missing["requests"], request(9, place(0)) | {"task_id": "0"}],
        "gaps": [],
        "usage": [place(0) | twin],
    }
    before = {p["part"]: p["points_pct"] for p in open_trust(workbench, missing)}
    for part in open_trust(workbench, again):
        if part["part"] != "duplicates":
            assert part["points_pct"] <= before[part["part"]], part["part"]


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
