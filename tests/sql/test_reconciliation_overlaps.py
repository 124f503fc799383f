"""Faults that overlap: each keeps what it moves alone, and nothing is left without a cause."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.sql.reconciled_month import reconcile_months
from tests.sql.reconciliation_faults import FAULTS, assert_parts_sum, moved_in, together

DROP, TWICE, CACHES = "drop 5 % of the traces", "double a file", "lose the cache classes"
OLD_PRICE, ONE_PROJECT = "old price", "one project not instrumented"
TIER, REGION = "a tier that only the charge tells", "a region that only the charge tells"
OWN_DAY, LATE_FILE = (
    "a provider's day by its own time zone",
    "a day's file shifted by the time zone",
)
EUROS, DISCOUNT = "EUR bill at a recorded rate", "a discount stated beside the list cost"
Amounts = dict[tuple[str, ...], dict[str, Decimal]]
PAIRS = [
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
]
SEVERAL = [
    # A fifth less: all of it is twice, or missing, at the old price.
    ((OLD_PRICE, DROP, TWICE), {"price": 1, "not_instrumented": "0.8", "duplicate": "0.8"}),
    ((DROP, LATE_FILE), {"not_instrumented": 1, "timing": "0.8"}),
    ((CACHES, OWN_DAY), {"token_class": 1, "timing": "0.85"}),
    ((ONE_PROJECT, OWN_DAY), {"not_instrumented": 1, "timing": "0.75"}),
    # Half of the money is left for the region to raise.
    ((TIER, REGION), {"tier": 1, "region": "0.5"}),
    ((LATE_FILE, "attempts of which only the count is told"), {"timing": "0.9"}),
]


@pytest.fixture(scope="module")
def amounts(shipped: duckdb.DuckDBPyConnection) -> Amounts:
    """What each of the faults moves alone, and those at once together, by cause.

    Where a provider's days begin is also looked for around all that it ever reported, so a fault of
    that is reconciled without other months.
    """
    several = [*PAIRS, *(names for names, _ in SEVERAL)]
    cases = [*dict.fromkeys((name,) for names in several for name in names), *several]
    found = _reconciled(shipped, [names for names in cases if OWN_DAY not in names])
    for names in (names for names in cases if OWN_DAY in names):
        found |= _reconciled(shipped, [names])
    return found


def _reconciled(con: duckdb.DuckDBPyConnection, cases: list[tuple[str, ...]]) -> Amounts:
    con.execute("delete from core.exchange_rates")
    months = reconcile_months(con, [together(*names) for names in cases])
    assert_parts_sum(con)
    return dict(zip(cases, moved_in(con, months), strict=True))


def alone(amounts: Amounts, names: tuple[str, ...]) -> dict[str, Decimal]:
    """What each fault moves alone, by its own cause."""
    return {FAULTS[name][0]: amounts[name,][FAULTS[name][0]] for name in names}


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_faults_at_once_land_each_in_its_own_cause(
    amounts: Amounts, one: str, other: str
) -> None:
    """What a single fault moves alone is what its cause has beside another one."""
    single, found = alone(amounts, (one, other)), amounts[one, other]
    for cause, amount in single.items():
        assert abs(found[cause] - amount) <= sum(single.values()) / 20, (single, found)
    assert sum(amount for c, amount in found.items() if c not in single) <= sum(found.values()) / 20


@pytest.mark.parametrize(("names", "shares"), SEVERAL)
def test_what_is_missing_hides_no_other_fault(
    amounts: Amounts, names: tuple[str, ...], shares: dict[str, str]
) -> None:
    """A part of what a fault moves alone may be missing too; none of it is without a cause."""
    single, found = alone(amounts, names), amounts[names]
    assert "unexplained" not in found
    for cause, share in shares.items():
        low, high = single[cause] * Decimal(share) * 19 / 20, single[cause] * 21 / 20
        assert low <= found[cause] <= high, (single, found)
