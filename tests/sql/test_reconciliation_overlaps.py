"""Faults that overlap: each keeps what it moves alone, and nothing is left without a cause."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import duckdb
import pytest

from tests.sql.reconciled_month import reconcile_month
from tests.sql.reconciliation_faults import FAULTS, assert_parts_sum, moved, together

DROP, TWICE, CACHES = "drop 5 % of the traces", "double a file", "lose the cache classes"
OLD_PRICE, ONE_PROJECT = "old price", "one project not instrumented"
TIER, REGION = "a tier that only the charge tells", "a region that only the charge tells"
OWN_DAY, LATE_FILE = (
    "a provider's day by its own time zone",
    "a day's file shifted by the time zone",
)
EUROS, DISCOUNT = "EUR bill at a recorded rate", "a discount stated beside the list cost"


@cache
def moved_alone(con: duckdb.DuckDBPyConnection, name: str) -> tuple[str, Decimal]:
    """The cause of a fault, and what it moves alone."""
    cause, fault = FAULTS[name]
    con.execute("delete from core.exchange_rates")
    reconcile_month(con, fault)
    return cause, moved(con)[cause]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (REGION, DISCOUNT),
        (ONE_PROJECT, DISCOUNT),
        (OLD_PRICE, "a credit"),
        (TWICE, "an unknown model"),
        (OWN_DAY, "a credit"),
        (DROP, TWICE),
        (TWICE, LATE_FILE),
        (OLD_PRICE, TIER),
        (OLD_PRICE, REGION),
        (OLD_PRICE, EUROS),
        (EUROS, TIER),
        (REGION, EUROS),
        (EUROS, "wrong tier"),
        (CACHES, LATE_FILE),
    ],
)
def test_two_faults_at_once_land_each_in_its_own_cause(
    fault_bench: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    """What a single fault moves alone is what its cause has beside another one."""
    alone = dict(moved_alone(fault_bench, name) for name in (one, other))
    reconcile_month(fault_bench, together(one, other))
    found = moved(fault_bench)
    assert_parts_sum(fault_bench)
    for cause, amount in alone.items():
        assert abs(found[cause] - amount) <= sum(alone.values()) / 20, (alone, found)
    assert sum(amount for c, amount in found.items() if c not in alone) <= sum(found.values()) / 20


@pytest.mark.parametrize(
    ("names", "shares"),
    [
        # A fifth less: all of it is twice, or missing, at the old price.
        ((OLD_PRICE, DROP, TWICE), {"price": 1, "not_instrumented": "0.8", "duplicate": "0.8"}),
        ((DROP, LATE_FILE), {"not_instrumented": 1, "timing": "0.8"}),
        ((CACHES, OWN_DAY), {"token_class": 1, "timing": "0.85"}),
        ((ONE_PROJECT, OWN_DAY), {"not_instrumented": 1, "timing": "0.75"}),
        # Half of the money is left for the region to raise.
        ((TIER, REGION), {"tier": 1, "region": "0.5"}),
        ((LATE_FILE, "attempts of which only the count is told"), {"timing": "0.9"}),
    ],
)
def test_what_is_missing_hides_no_other_fault(
    fault_bench: duckdb.DuckDBPyConnection, names: tuple[str, ...], shares: dict[str, str]
) -> None:
    """A part of what a fault moves alone may be missing too; none of it is without a cause."""
    alone = dict(moved_alone(fault_bench, name) for name in names)
    reconcile_month(fault_bench, together(*names))
    found = moved(fault_bench)
    assert_parts_sum(fault_bench)
    assert "unexplained" not in found
    for cause, share in shares.items():
        low, high = alone[cause] * Decimal(share) * 19 / 20, alone[cause] * 21 / 20
        assert low <= found[cause] <= high, (alone, found)
