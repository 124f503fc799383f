"""Whatever changed, what was reported and its adjustments are what is known, to the last digit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from tests.given import given, rows_of
from unitcost.queries import load_query
from unitcost.workbench import create_empty, run_steps
from unitcost_models.closing import (
    Adjustment,
    PostingDay,
    PublishedRequest,
    ReportedRequest,
    RestatedRequest,
)
from unitcost_models.price_sheets import PriceRevision

DAY = date(2026, 10, 30)
POSTED = date(2026, 11, 2)
COST = st.one_of(st.none(), st.decimals(0, 5, places=12))
KNOWN = st.fixed_dictionaries(
    {
        "provider": st.sampled_from(["openai", "google"]),
        "model": st.sampled_from([None, "gpt-5"]),
        "feature": st.sampled_from([None, "chat"]),
        "workflow": st.none(),
        "customer_id": st.sampled_from(["acme", "birch"]),
        "usage_digest": st.sampled_from(["x", "y"]),
        "cost_usd": COST,
        "price_revision": st.sampled_from(["r1", "r2"]),
    }
)
DAYS = st.dictionaries(st.sampled_from("abcdef"), KNOWN)
Day = dict[str, dict[str, Any]]


def adjust(con: duckdb.DuckDBPyConnection, before: Day, after: Day) -> list[dict[str, Any]]:
    """The adjustments of a day; the tables stay in the workbench."""
    for row, held in (
        (PublishedRequest, before),
        (ReportedRequest, before),
        (RestatedRequest, after),
    ):
        given(con, row, *({"request_id": key, "day": DAY} | values for key, values in held.items()))
    given(con, PostingDay, {"posting_no": 7, "day": POSTED, "posted_on": POSTED})
    given(con, PriceRevision, {"price_revision": "r2"})
    run_steps(con, ["steps.request_changes"], DAY)
    create_empty(con, Adjustment)
    con.execute(f"insert into {Adjustment.table} by name {load_query(Adjustment.table).bind(DAY)}")
    return rows_of(con, f"select * from {Adjustment.table} order by cause, customer_id, before_usd")


@given_any(before=DAYS, after=DAYS)
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_reported_and_adjustments_are_what_is_known(
    workbench: duckdb.DuckDBPyConnection, before: Day, after: Day
) -> None:
    rows = adjust(workbench, before, after)
    claim = load_query("checks.adjustments_tie_to_requests").bind(DAY)
    assert workbench.execute(claim).fetchall() == []
    assert all(row["amount_usd"] == row["after_usd"] - row["before_usd"] for row in rows)
    assert (rows == []) if before == after else True


BASE = {
    "provider": "openai",
    "model": "gpt-5",
    "feature": "chat",
    "customer_id": "acme",
    "usage_digest": "x",
    "cost_usd": Decimal("1.5"),
    "price_revision": "r1",
}


def causes(rows: list[dict[str, Any]]) -> list[tuple[str, Decimal]]:
    return [(row["cause"], row["amount_usd"]) for row in rows]


def test_the_cause_is_what_the_evidence_says(workbench: duckdb.DuckDBPyConnection) -> None:
    repriced = BASE | {"cost_usd": Decimal(2), "price_revision": "r2"}
    cases: list[tuple[Day, Day, list[tuple[str, Decimal]]]] = [
        ({"a": BASE}, {"a": repriced}, [("price", Decimal("0.5"))]),
        ({}, {"a": repriced}, [("late_records", Decimal(2))]),
        ({"a": BASE}, {}, [("recounted", Decimal("-1.5"))]),
        ({"a": BASE}, {"a": repriced | {"usage_digest": "y"}}, [("recounted", Decimal("0.5"))]),
        # Another cost at the same prices is another way of counting.
        ({"a": BASE}, {"a": BASE | {"cost_usd": Decimal(2)}}, [("recounted", Decimal("0.5"))]),
        # Another revision that changes nothing, and other usage that costs the same.
        ({"a": BASE}, {"a": BASE | {"price_revision": "r2"}}, []),
        ({"a": BASE}, {"a": BASE | {"usage_digest": "y"}}, []),
    ]
    for before, after, wanted in cases:
        assert causes(adjust(workbench, before, after)) == wanted


def test_a_cost_that_gets_known_counts_from_zero(workbench: duckdb.DuckDBPyConnection) -> None:
    unknown = BASE | {"cost_usd": None}
    (row,) = adjust(workbench, {"a": unknown}, {"a": BASE | {"price_revision": "r2"}})
    assert (row["unpriced_before"], row["unpriced_after"]) == (1, 0)
    assert (row["before_usd"], row["after_usd"]) == (Decimal(0), Decimal("1.5"))
    assert (row["month"], row["day"], row["posting_no"]) == ("2026-10", POSTED, 7)
