"""Pricing and materialising a day: the general transforms against a script written by hand.

The script leaves out the parts that marts over all days add up; ours are timed with them.

Sizes: `UNITCOST_BENCH_REQUESTS=1000000 pytest -n 0 -s tests/benchmarks/test_bench_marts.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb
import pytest

from tests.benchmarks.made_day import DAY, made_day
from tests.benchmarks.marts_by_hand import write_by_hand
from unitcost.lake.files import write_rows
from unitcost.queries import load_query, query_names
from unitcost.tables import day_tables, row_models
from unitcost.workbench import contents_of, run_step, run_steps, tables_in
from unitcost_models.allocation import AllocatedCost, CalibratedCost
from unitcost_models.waste import AgentLoop

T = TypeVar("T")
COUNT = int(os.environ.get("UNITCOST_BENCH_REQUESTS", "20000"))


@pytest.mark.benchmark
def test_a_day_of_marts_against_a_script_written_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand = tmp_path / "by_hand"
    by_hand.mkdir()
    with made_day(COUNT) as con:
        elapsed, busy, ours = _timed(lambda: _write_ours(con, tmp_path / "ours"))
        hand_elapsed, hand_busy, _ = _timed(lambda: write_by_hand(con, by_hand))
        written = {
            f"marts.{f.stem}" if f.stem != "request_costs" else f"core.{f.stem}": f
            for f in by_hand.iterdir()
        }
        for table, file in written.items():
            assert _differences(con, ours[table], file) == 0, table
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmarts of {COUNT:,} requests: {elapsed:.2f} s, by hand {hand_elapsed:.2f} s, "
            f"ratio {elapsed / hand_elapsed:.2f} (processor time {busy / hand_busy:.2f})"
        )


def _write_ours(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Path]:
    """What a day's build does for these tables: run, write, audit."""
    run_steps(
        con, [s for s in load_query("core.request_costs").inputs if s in query_names("steps")], DAY
    )
    others = (AgentLoop.table, AllocatedCost.table, CalibratedCost.table)
    marts = [t for t in day_tables() if t.startswith("marts.") and t not in others]
    written = {}
    for table in ("core.request_costs", *marts):
        run_steps(con, [table], DAY, contents_of(con, tables_in(con)))
        if table == "core.request_costs":
            run_step(con, "steps.cost_bounds", DAY)
        written[table] = write_rows(con, row_models()[table], f"from {table}", folder / table).path
    return written


def _timed(work: Callable[[], T]) -> tuple[float, float, T]:
    """Seconds elapsed, seconds of processor time (all threads), and the result."""
    start, busy = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - start, time.process_time() - busy, result


def _differences(con: duckdb.DuckDBPyConnection, ours: Path, by_hand: Path) -> int:
    """Rows that only one of the two files holds."""
    names = [name for name, *_ in con.execute(f"describe from '{ours}'").fetchall()]
    columns = ", ".join(names)
    left, right = (f"(select {columns} from '{file}')" for file in (ours, by_hand))
    answer = con.execute(
        f"select count(*) from (({left} except all {right}) union all ({right} except all {left}))"
    )
    return int(answer.fetchall()[0][0])
