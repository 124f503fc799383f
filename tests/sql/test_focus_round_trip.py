"""Our own FOCUS files read back by our own `focus` source: not a digit is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from tests.focus_rows import BILL, CORRECTION, DAY, OCTOBER, REQUESTS, open_charges
from tests.sources.reporting import report
from unitcost.export.focus import write_focus
from unitcost.export.period import Period

DAYS = (DAY, date(2026, 9, 30))
"""That of the requests, and the one that is corrected."""


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_effective_cost_comes_back_whole(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, version: Literal["1.2", "1.4"]
) -> None:
    open_charges(workbench, *REQUESTS, bill=BILL)
    file = tmp_path / "focus.csv"
    written = write_focus(workbench, Period.of_month(OCTOBER), version, file)
    back = [row for day in DAYS for row in report(tmp_path, [file, file], day, "focus")[0]]
    assert len(back) == written.rows
    assert all(row["is_primary"] for row in back)
    metered = sum(r["cost_usd"] for r in REQUESTS if r["day"] == DAY and r["cost_usd"] is not None)
    effective = sum((row["effective_cost_usd"] or Decimal(0) for row in back), Decimal(0))
    assert effective == Decimal(str(written.sums["EffectiveCost"]))
    billed = [row for row in back if row["charge_category"] != "usage"]
    assert {row["charge_category"] for row in billed} == {
        *("credit", "tax", "purchase", "adjustment")
    }
    used = [row["effective_cost_usd"] for row in back if row["charge_category"] == "usage"]
    assert sum(used) == metered + Decimal(str(CORRECTION["amount_usd"]))
    foreign = [row["billed_cost"] for row in billed if row["currency"] == "eur"]
    assert foreign == [Decimal("1.9")]
