"""Few days with few calls: what would come nearer by luck is no other boundary of days."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from tests.sql.reconciled_month import Fault, reconcile_month
from tests.sql.reconciliation_faults import FAULTS, assert_lands

_FEW = """delete from {side} where started_at < date '2026-10-06'
    or started_at >= date '2026-10-06' + interval {days} day
    or hash(n, provider, account_id) % {one_in} <> 0"""
_OWN_DAY = "a provider's day by its own time zone"


def _of(fault: Fault, days: int, one_in: int) -> Fault:
    ours, theirs = (_FEW.format(side=s, days=days, one_in=one_in) for s in ("ours", "theirs"))
    return replace(fault, ours=f"{ours}; {fault.ours}", theirs=f"{theirs}; {fault.theirs}")


@pytest.mark.parametrize(
    ("name", "days", "one_in"),
    [
        ("one project not instrumented", 3, 1),
        ("one project not instrumented", 4, 8),
        (_OWN_DAY, 3, 8),
        (_OWN_DAY, 2, 1),
        (_OWN_DAY, 1, 1),
        ("drop 5 % of the traces", 2, 1),
        ("drop 5 % of the traces", 1, 1),
    ],
)
def test_a_fault_of_few_days_lands_in_its_own_cause(
    fault_bench: duckdb.DuckDBPyConnection, name: str, days: int, one_in: int
) -> None:
    cause, fault = FAULTS[name]
    reconcile_month(fault_bench, _of(fault, days, one_in))
    assert_lands(fault_bench, cause)


def test_another_boundary_of_few_days_is_seen_without_accounts(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    cause, fault = FAULTS[_OWN_DAY]
    unnamed = replace(fault, ours="update ours set account_id = null")
    reconcile_month(fault_bench, _of(unnamed, 3, 1))
    assert_lands(fault_bench, cause)


@pytest.mark.parametrize("days", [1, 2, 3])
def test_records_that_are_hours_beside_utc_are_seen_though_the_last_end_on_an_unreported_day(
    fault_bench: duckdb.DuckDBPyConnection, days: int
) -> None:
    shifted = Fault("update ours set started_at = started_at + interval 8 hour")
    reconcile_month(fault_bench, _of(shifted, days, 1))
    assert_lands(fault_bench, "timing")


_SHIFTED = FAULTS["a day's file shifted by the time zone"][1].ours
_UNREPORTED = """delete from core.provider_usage where day = date '2026-10-08';
    delete from core.provider_costs where day = date '2026-10-08'"""


@pytest.mark.parametrize("naming", ["", "update ours set account_id = null;"])
def test_records_that_lie_on_a_day_without_a_report_are_seen_there(
    fault_bench: duckdb.DuckDBPyConnection, naming: str
) -> None:
    """Where that day has requests of its own, nothing tells them from the reported day's; nor are
    they taken for some of those that are missing."""
    own = "delete from ours where started_at::date = date '2026-10-08';"
    reconcile_month(fault_bench, Fault(f"{naming}{own}{_SHIFTED}", reports=_UNREPORTED))
    assert_lands(fault_bench, "timing")
    few = "delete from ours where started_at::date = date '2026-10-08' and n % 20 <> 3;"
    for ours in (_SHIFTED, f"{few}{FAULTS['drop 5 % of the traces'][1].ours}"):
        reconcile_month(fault_bench, Fault(f"{naming}{ours}", reports=_UNREPORTED))
        assert_lands(fault_bench, "not_instrumented")
