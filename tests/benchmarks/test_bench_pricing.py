"""Pricing requests against joins written for nothing else, and against the peers call by call.

The documented size is `UNITCOST_BENCH_PRICED=10000000`; `uv sync --group peers` installs the peers,
`pytest -n 0 -s tests/benchmarks/test_bench_pricing.py` prints the table.
"""

from __future__ import annotations

import contextlib
import io
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.accuracy.answers import Tool, judge
from tests.benchmarks.accuracy.report import PEERS
from tests.benchmarks.bare_joins import create_rates, sum_alone, whole_rows
from tests.benchmarks.genai_requests import CLASSES, calls_for
from tests.benchmarks.made_prices import made_prices, make_requests
from tests.pricing_cases import own_cases
from unitcost.queries import load_query
from unitcost.workbench import run_step, run_steps

COUNT = int(os.environ.get("UNITCOST_BENCH_PRICED", "20000"))
PARTITION = 1_000_000
"""Requests priced at once, as those of a busy day are."""
PEER_CALLS = 20_000
DAY = date(2026, 1, 1)
COSTS = "core.request_costs"
PRICED, WHOLE = "unitcost, every class and sheet", f"unitcost, {COSTS} in order"
FLOOR, FLOAT_FLOOR = "bare DECIMAL join, the sum", "bare DOUBLE join, the sum"
WHOLE_FLOOR = f"bare DECIMAL join, {COSTS}"


@pytest.mark.benchmark
def test_pricing_against_bare_joins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    busy: Counter[str] = Counter()
    differing = 0
    with made_prices(tmp_path) as con:
        create_rates(con)
        make_requests(con, 0, 1, COUNT)
        run_steps(con, [COSTS], DAY)  # reads the SQL files, once a process
        for start in range(0, COUNT, PARTITION):
            make_requests(con, start, min(start + PARTITION, COUNT), COUNT)
            busy.update(_price(con))
            _assert_equal(con)
            differing += _off(con)
        rates = _peer_rates(con)
    with capsys.disabled():
        for line in [*_report(busy, differing), *_compared(busy, rates)]:
            print(line)  # noqa: T201


def _price(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Seconds of processor time of each way to price the requests."""
    steps = [step for step in load_query(COSTS).inputs if step.startswith("steps.")]
    priced = _busy(lambda: run_steps(con, steps, DAY))
    return {
        FLOAT_FLOOR: _busy(lambda: _create(con, "floating", sum_alone("float_rates"))),
        FLOOR: _busy(lambda: _create(con, "exact", sum_alone("exact_rates"))),
        PRICED: priced,
        WHOLE_FLOOR: _busy(lambda: _create(con, "by_hand", whole_rows("exact_rates"))),
        WHOLE: priced + _busy(lambda: run_step(con, COSTS, DAY)),
    }


def _assert_equal(con: duckdb.DuckDBPyConnection) -> None:
    """Ours and the bare join's are the same rows in the same order."""
    unequal = con.execute(
        f"select count(*) from {COSTS} as ours positional join by_hand where ours <> by_hand"
    )
    assert unequal.fetchall() == [(0,)]


def _off(con: duckdb.DuckDBPyConnection) -> int:
    """Requests whose sum in DOUBLE is not the exact one."""
    answer = con.execute(
        "select count(*) from exact as e inner join floating as f using (request_id) "
        "where e.cost_usd <> f.cost_usd::decimal(38, 12)"
    )
    return int(answer.fetchall()[0][0])


def _create(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    con.execute(f"create or replace table {name} as {query}")


def _busy(work: Callable[[], object]) -> float:
    """Seconds of processor time, all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _report(busy: Counter[str], differing: int) -> Iterator[str]:
    yield f"\npricing {COUNT:,} requests of 60 models, 10 versions; {differing:,} differ in DOUBLE"
    for name, seconds in busy.items():
        rate = f"{COUNT / seconds:>10,.0f} a second and core"
        yield f"  {name:38} {seconds:7.2f} s {rate}  {seconds / busy[FLOOR]:5.2f} times the floor"
    yield f"  {WHOLE}: {busy[WHOLE] / busy[WHOLE_FLOOR]:.2f} times the bare join of the same rows"


def _compared(busy: Counter[str], rates: dict[str, float]) -> Iterator[str]:
    for name, calls in rates.items():
        times = " and ".join(f"{COUNT / busy[ours] / calls:,.0f}" for ours in (PRICED, WHOLE))
        yield f"  {name}: {calls:,.0f} calls a second and core; ours {times} times that"
    for name, (module, _) in PEERS.items():
        if find_spec(module) is None:
            yield f"  {name}: not installed, not compared; uv sync --group peers installs it"


def _peer_rates(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Calls a second of each peer that is installed, with what it was asked."""
    installed = {name: peer for name, (module, peer) in PEERS.items() if find_spec(module)}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        rates = {f"{name}, worked cases": _case_rate(peer) for name, peer in installed.items()}
        if "genai-prices" in installed:
            rates[f"genai-prices, {len(CLASSES)} classes of these requests"] = _request_rate(con)
    return rates


def _case_rate(peer: Callable[[], Tool]) -> float:
    """Over cases that it prices by its own list, each put in its words beforehand."""
    tool = peer()
    cases = [v.case for v in judge(tool, own_cases()) if v.is_right and v.cost_usd is not None]
    calls = [tool.ask(cases[number % len(cases)]) for number in range(PEER_CALLS)]
    return PEER_CALLS / _busy(lambda: [call() for call in calls])


def _request_rate(con: duckdb.DuckDBPyConnection) -> float:
    """Over made-up requests by the made-up list; its costs must be ours."""
    with calls_for(con, PEER_CALLS) as calls:
        seconds = _busy(lambda: [call() for call, _ in calls])
        assert [call() for call, _ in calls[::100]] == [cost for _, cost in calls[::100]]
    return PEER_CALLS / seconds
