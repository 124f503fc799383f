"""A fee runs on days without a request too, so that a month's parts add up to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.pipeline.books import deliver, night
from unitcost.paths import Home

THROUGH = date(2026, 10, 4)
_FEE = """
[[allocation.rules]]
name = "platform fee"
monthly_usd = "310.00"
method = "even"
valid_from = 2026-10-02
"""


def allocated(home: Home) -> dict[tuple[int, str], Decimal]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(
            """select day(day), receiver, allocated_cost_usd from marts.allocated_cost
            where rule_no = 1 order by day"""
        ).fetchall()
    return {(day, receiver): cost for day, receiver, cost in rows}


def test_a_fee_runs_on_days_without_requests(tmp_path: Path) -> None:
    home = Home(tmp_path)
    deliver(home, "requests.csv", (("2026-10-03T10:00:00Z", "r", "gpt-5", 5, 5, "acme"),))
    (home.root / "unitcost.toml").write_text(_FEE)
    assert night(home, THROUGH)
    assert allocated(home) == {(2, "(unallocated)"): 10, (3, "acme"): 10, (4, "(unallocated)"): 10}
    assert not night(home, THROUGH)
