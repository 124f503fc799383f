"""A month from landing to every mart: seconds, requests a second, peak memory, bytes on disk; then
how long the questions of `docs/questions.md` take on it.

`UNITCOST_BENCH_MONTH` sets how many requests, over `UNITCOST_BENCH_MONTH_DAYS` days; the memory
limit is that of `UNITCOST_MEMORY_LIMIT`. Asserts only that every request has a cost or a reason,
and that every question is answered.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.asked import seconds_by_question
from tests.benchmarks.made_month import FIRST, write_month
from unitcost.paths import Home

DAYS = int(os.environ.get("UNITCOST_BENCH_MONTH_DAYS", "30"))
REQUESTS = int(os.environ.get("UNITCOST_BENCH_MONTH", "0"))
SHOWN = 5

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not REQUESTS, reason="set UNITCOST_BENCH_MONTH, e.g. to 1000000"),
]


@pytest.fixture(scope="module")
def told() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    print("\n".join(["", *lines]))  # noqa: T201 -- a benchmark's answer is what it prints


@pytest.fixture(scope="module")
def month(told: list[str], tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home, built by the installed command."""
    home = Home(tmp_path_factory.mktemp("month"))
    landed = write_month(home.landing, REQUESTS, DAYS)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [str(Path(sys.executable).with_name("unitcost")), "nightly", "--home", str(home.root)]
    last = str(FIRST + timedelta(DAYS - 1))
    subprocess.run([*command, "--through", last], check=True, capture_output=True)
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lake = sum(file.stat().st_size for file in home.lake.rglob("*.parquet"))
    told.append(
        f"{REQUESTS:,} requests of {DAYS} days, {landed / 1e6:,.0f} MB landed: "
        f"{seconds:.1f} s, {processor:.1f} s of processor time, "
        f"{REQUESTS / seconds:,.0f} requests/s, peak {after.ru_maxrss / 1024:,.0f} MiB, "
        f"lake {lake / 1e6:,.0f} MB"
    )
    return home


def test_a_month_from_landing_to_every_mart(month: Home) -> None:
    with duckdb.connect(str(month.warehouse), read_only=True) as con:
        counted = """select count(*), count(*) filter (where (cost_usd is null)
            = (unpriced_reason is null)) from marts.cost_per_request"""
        assert con.execute(counted).fetchall() == [(REQUESTS // DAYS * DAYS, 0)]


def test_every_question_is_answered(month: Home, told: list[str]) -> None:
    with duckdb.connect(str(month.warehouse), read_only=True) as con:
        seconds = seconds_by_question(con)
    told.append(f"{len(seconds)} questions in {sum(seconds.values()):.1f} s; the slowest:")
    told += [f"  {seconds[question]:6.2f} s  {question}" for question in [*seconds][:SHOWN]]
    assert len(seconds) > SHOWN
