"""Reconciling a month: adding up each day's requests, then comparing the sums of all days.

Run this file with `UNITCOST_BENCH_REQUESTS=10000000 pytest -n 0 -s` for the promised size.
"""

from __future__ import annotations

import os
import re
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.made_day import DAY, made_day
from unitcost.queries import load_query, query_names
from unitcost.reconciling.comparing import reconcile
from unitcost.workbench import (
    clear,
    create_empty,
    create_view,
    run_step,
    run_steps,
    tables_in,
)
from unitcost_models.provider import InvoiceLine
from unitcost_models.reconciliation import MeteredUsage, ReportedUsage

COUNT = int(os.environ.get("UNITCOST_BENCH_REQUESTS", "30000"))
DAYS = 30
_MADE = {"core.requests", "core.request_costs"}
_USAGE = """
    insert into core.reported_usage by name
    select
        day, provider, platform, 'usage' as report_kind, 'project' as account_id, model,
        service_tier, null as region_scope, token_class, 'usage' as charge_category,
        sum(priced_quantity * 101 // 100)::bigint as reported_quantity, 1 as charge_lines,
        0 as cent_lines, false as is_provisional
    from core.metered_usage
    where token_class in ('input', 'cache_read', 'cache_write', 'output')
    group by all
"""
_COSTS = """
    insert into core.reported_usage by name
    select
        day, provider, platform, 'costs' as report_kind, 'project' as account_id, model,
        null as service_tier, null as region_scope, token_class, 'usage' as charge_category,
        'usd' as currency, (sum(cost_usd) * 1.01)::decimal(38, 12) as billed_cost,
        billed_cost as billed_cost_usd, 1 as charge_lines, 0 as cent_lines, false as is_provisional
    from core.metered_usage
    group by day, provider, platform, model, token_class
"""


@pytest.mark.benchmark
def test_a_month_is_reconciled(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with made_day(COUNT // DAYS) as con:
        con.execute("set threads = 2; set memory_limit = '4GB'")
        steps = [s for s in load_query("core.request_costs").inputs if s in query_names("steps")]
        run_steps(con, [*steps, "core.request_costs"], DAY)
        _put_into_files(con, tmp_path)
        create_empty(con, MeteredUsage, "month")
        started, busy = time.perf_counter(), time.process_time()
        for number in range(DAYS):
            _add_up(con, DAY + timedelta(number))
        con.execute("create or replace table core.metered_usage as from month")
        added = time.process_time() - busy
        _report(con)
        reconcile(con)
        elapsed, spent = time.perf_counter() - started, time.process_time() - busy
        told = con.execute(
            "select sum(gap_usd), (select sum(gap_usd) from marts.reconciliation_gap) "
            "from marts.reconciliation"
        ).fetchall()
    assert told[0][0] == told[0][1] != 0
    peak = _peak_mib()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{COUNT:,} requests: {elapsed:.1f} s, processor time {spent:.1f} s, of it adding up "
            f"{added:.1f} s; peak {peak:,} MiB; requests read from Parquet, a file a day"
        )


def _put_into_files(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The day as the lake has it; what made it leaves memory, and the peak so far is forgotten."""
    for table in ("core.requests", "core.request_costs"):
        file = folder / f"{table}.parquet"
        con.execute(f"copy {table} to '{file}' (format parquet, compression zstd)")
    clear(con, {t for t in tables_in(con) if t.startswith("core.") and t not in _MADE})
    for table in ("core.requests", "core.request_costs"):
        create_view(con, table, [str(folder / f"{table}.parquet")])
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> int:
    """The most memory that the process had since the peak was forgotten."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) // 1024


def _add_up(con: duckdb.DuckDBPyConnection, day: date) -> None:
    run_step(con, "core.metered_usage", DAY)
    moved = "select * replace ($1 as day) from core.metered_usage"
    con.execute(f"insert into month by name {moved}", [day])


def _report(con: duckdb.DuckDBPyConnection) -> None:
    create_empty(con, ReportedUsage)
    create_empty(con, InvoiceLine)
    con.execute(_USAGE)
    con.execute(_COSTS)
