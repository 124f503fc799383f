"""Pricing requests against joins written for nothing else, and against the peers call by call.

Sizes: `UNITCOST_BENCH_PRICED=10000000 pytest -n 0 -s tests/benchmarks/test_bench_pricing.py`;
`uv sync --group peers` installs the peers.
"""

from __future__ import annotations

import contextlib
import io
import os
import time
import warnings
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.accuracy.answers import Tool, judge
from tests.benchmarks.accuracy.report import PEERS
from tests.benchmarks.made_prices import bare_join, made_prices
from tests.pricing_cases import own_cases
from unitcost.workbench import run_steps

COUNT = int(os.environ.get("UNITCOST_BENCH_PRICED", "20000"))
EXACT, FLOAT = "decimal(18, 12)", "double"
PEER_CALLS = 2_000
DAY = date(2026, 1, 1)


@pytest.mark.benchmark
def test_pricing_against_bare_joins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with made_prices(COUNT, tmp_path) as con:
        times = {
            "ours": _timed(lambda: run_steps(con, ["core.request_costs"], DAY)),
            "bare DECIMAL join": _timed(lambda: _create(con, "exact", bare_join(EXACT))),
            "bare DOUBLE join": _timed(lambda: _create(con, "floating", bare_join(FLOAT))),
        }
        unequal = con.execute(
            "select count(*) from core.request_costs as c full join exact as e using (request_id) "
            "where c.cost_usd is distinct from e.cost_usd"
        ).fetchall()
        off = con.execute(
            "select count(*) from exact as e inner join floating as f using (request_id) "
            "where e.cost_usd <> f.cost_usd::decimal(38, 12)"
        ).fetchall()
    assert unequal == [(0,)]
    floor = times["bare DECIMAL join"]
    with capsys.disabled():
        print(f"\npricing {COUNT:,} requests; {off[0][0]:,} differ in DOUBLE")  # noqa: T201
        for name, (elapsed, busy) in times.items():
            print(  # noqa: T201
                f"  {name}: {elapsed:.2f} s, {busy:.2f} s of processor time, "
                f"{busy / floor[1]:.2f} times the floor, {COUNT / busy:,.0f} a second and core"
            )
        for name, (module, peer) in PEERS.items():
            print(f"  {name}: {_peer_rate(module, peer, COUNT / times['ours'][1])}")  # noqa: T201


def _create(con: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    con.execute(f"create or replace table {name} as {query}")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds elapsed and seconds of processor time, all threads."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - busy


def _peer_rate(module: str, peer: Callable[[], Tool], ours: float) -> str:
    """Calls a second of a peer over cases it can price, and how many times ours is that."""
    if find_spec(module) is None:
        return "not installed, not compared; uv sync --group peers installs it"
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        tool = peer()
        cases = [v.case for v in judge(tool, own_cases()) if v.is_right and v.cost_usd is not None]
        sample = [cases[number % len(cases)] for number in range(PEER_CALLS)]
        _, busy = _timed(lambda: judge(tool, sample))
    rate = PEER_CALLS / busy
    return f"{rate:,.0f} calls a second and core; ours is {ours / rate:,.0f} times that"
