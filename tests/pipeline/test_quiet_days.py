"""A fee and a commitment run on days without a request too, so that their parts add up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.pipeline.books import deliver, night
from unitcost.paths import Home
from unitcost.price_book.rows import csv_columns
from unitcost_models.agreements import Commitment

THROUGH = date(2026, 10, 4)
_FEE = """
[[allocation.rules]]
name = "platform fee"
monthly_usd = "310.00"
method = "even"
valid_from = 2026-10-02
"""
_COMMITMENT = {
    **dict.fromkeys(("account_id", "platform", "region_scope", "model_key"), "*"),
    **{"commitment_id": "ptu", "provider": "openai", "service_tier": "provisioned"},
    **{"kind": "provisioned_throughput", "unit_price": "2", "currency": "USD", "period": "hour"},
    **{"units": "1", "valid_from": "2026-10-01T00:00:00Z", "valid_to": "2026-10-03T12:00:00Z"},
    **{"recorded_on": "2026-10-01", "source": "order"},
}


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


def test_a_commitment_costs_on_days_without_requests(tmp_path: Path) -> None:
    """From the first day with records until it ends."""
    home = Home(tmp_path)
    deliver(home, "requests.csv", (("2026-10-02T10:00:00Z", "r", "gpt-5", 5, 5, "acme"),))
    names = csv_columns(Commitment)
    home.price_tables.mkdir()
    cells = ",".join(_COMMITMENT.get(name, "") for name in names)
    (home.price_tables / "commitments.csv").write_text(f"{','.join(names)}\n{cells}\n")
    assert night(home, THROUGH)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(
            "select day(day), cost_usd, unused_cost_usd from core.commitment_use order by day"
        ).fetchall()
    assert rows == [(2, 48, 48), (3, 24, 24)]
    assert not night(home, THROUGH)
