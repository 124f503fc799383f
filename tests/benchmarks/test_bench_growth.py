"""What one new day, one late record and an idle run cost on top of a longer and longer history.

Processor time, and how many days were built; asserts the days only. `UNITCOST_BENCH_DAYS` sets the
lengths:

    UNITCOST_BENCH_DAYS=10,100,1000 uv run pytest -n 0 -s tests/benchmarks/test_bench_growth.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.benchmarks.long_history import deliver, make_history
from unitcost.nightly import run_nightly
from unitcost.nightly_report import NightlyReport

pytestmark = pytest.mark.benchmark

LENGTHS = tuple(int(n) for n in os.environ.get("UNITCOST_BENCH_DAYS", "4").split(","))
LAST = date(2026, 11, 20)
RECORDS = 20


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    head = f"{'days':>6} {'new day s':>10} {'late record s':>14} {'idle s':>7}"
    print("\n".join(["", head, *lines]))  # noqa: T201 -- its answer


def timed(root: Path, through: date) -> tuple[float, NightlyReport]:
    """Processor seconds of a nightly, and what it did."""
    begin = time.process_time()
    report = run_nightly(root, through)
    return time.process_time() - begin, report


@pytest.mark.parametrize("length", LENGTHS)
def test_a_longer_history(length: int, table: list[str], tmp_path: Path) -> None:
    make_history(tmp_path, LAST, length, RECORDS)
    new = LAST + timedelta(days=1)
    deliver(tmp_path, new, "new", RECORDS)
    new_seconds, built = timed(tmp_path, new)
    assert built.days_built == 2  # the day, and the one before whose traces may end in it
    deliver(tmp_path, LAST - timedelta(days=2), "late", 1, first_hour=12)
    late_seconds, late = timed(tmp_path, new)
    assert late.days_built == 1
    idle_seconds, idle = timed(tmp_path, new)
    assert idle.is_up_to_date
    table.append(f"{length:6,} {new_seconds:10.2f} {late_seconds:14.2f} {idle_seconds:7.2f}")
