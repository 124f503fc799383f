"""Few days with few calls: what would come nearer by luck is no other boundary of days."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from tests.sql.reconciled_month import Fault
from tests.sql.reconciliation_faults import FAULTS, assert_each_lands

_FEW = """delete from {side} where started_at < date '2026-10-06'
    or started_at >= date '2026-10-06' + interval {days} day
    or hash(n, provider, account_id) % {one_in} <> 0"""
_OWN_DAY = "a provider's day by its own time zone"


def _of(fault: Fault, days: int, one_in: int) -> Fault:
    ours, theirs = (_FEW.format(side=s, days=days, one_in=one_in) for s in ("ours", "theirs"))
    return replace(fault, ours=f"{ours}; {fault.ours}", theirs=f"{theirs}; {fault.theirs}")


def test_faults_of_few_days_land_in_their_own_causes(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    """Another boundary is seen without accounts too; so are records that are hours beside UTC,
    though the last of them end on a day without a report."""
    few = (
        ("one project not instrumented", 3, 1),
        ("one project not instrumented", 4, 8),
        (_OWN_DAY, 3, 8),
        (_OWN_DAY, 2, 1),
        (_OWN_DAY, 1, 1),
        ("drop 5 % of the traces", 2, 1),
        ("drop 5 % of the traces", 1, 1),
    )
    faults = {f"{n}, {d}, {i}": (FAULTS[n][0], _of(FAULTS[n][1], d, i)) for n, d, i in few}
    unnamed = replace(FAULTS[_OWN_DAY][1], ours="update ours set account_id = null")
    faults["unnamed"] = (FAULTS[_OWN_DAY][0], _of(unnamed, 3, 1))
    shifted = Fault("update ours set started_at = started_at + interval 8 hour")
    faults |= {f"{d} days beside UTC": ("timing", _of(shifted, d, 1)) for d in (1, 2, 3)}
    assert_each_lands(fault_bench, faults)


_SHIFTED = FAULTS["a day's file shifted by the time zone"][1].ours
_UNREPORTED = """delete from core.provider_usage where day = date '2026-10-08';
    delete from core.provider_costs where day = date '2026-10-08'"""


def test_records_that_lie_on_a_day_without_a_report_are_seen_there(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    """Where that day has requests of its own, nothing tells them from the reported day's; nor are
    they taken for some of those that are missing. Whether records name accounts or not."""
    own = "delete from ours where started_at::date = date '2026-10-08';"
    few = "delete from ours where started_at::date = date '2026-10-08' and n % 20 <> 3;"
    cases = {
        f"{own}{_SHIFTED}": "timing",
        _SHIFTED: "not_instrumented",
        f"{few}{FAULTS['drop 5 % of the traces'][1].ours}": "not_instrumented",
    }
    namings = ("", "update ours set account_id = null;")
    faults = {
        f"{naming}{ours}": (cause, Fault(f"{naming}{ours}", reports=_UNREPORTED))
        for naming in namings
        for ours, cause in cases.items()
    }
    assert_each_lands(fault_bench, faults)
