"""A month that comes whole and day by day counts once, whichever comes first and in any night."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.books import night
from tests.sources.google_month import CONSOLE, EXPORTED
from unitcost.paths import Home

DELIVERIES = {
    "table.csv": CONSOLE.format("3"),
    "first.jsonl": EXPORTED.format(day=1),
    "second.jsonl": EXPORTED.format(day=2),
}
COUNTED = """
    select day, billed_cost from core.{table}
    where is_primary and source_format = 'gcp_billing' order by day
"""


def counted(home: Home, table: str) -> list[tuple[int, Decimal]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(COUNTED.format(table=table)).fetchall()
    return [(day.day, cost) for day, cost in rows]


@pytest.mark.parametrize(
    ("nights", "expected"),
    [
        ([["first.jsonl", "second.jsonl"], ["table.csv"]], {1: "1.5", 2: "1.5"}),
        ([["table.csv", "second.jsonl"], ["first.jsonl"]], {1: "1.5", 2: "1.5"}),
    ],
    ids=["export first", "the other half later"],
)
def test_a_month_counts_once(
    tmp_path: Path, nights: list[list[str]], expected: dict[int, str]
) -> None:
    home = Home(tmp_path)
    folder = home.landing / "gcp_billing"
    folder.mkdir(parents=True)
    for names in nights:
        for name in names:
            (folder / name).write_text(DELIVERIES[name])
        assert night(home)
    assert not night(home)
    for table in ("provider_costs", "invoice_lines"):
        assert counted(home, table) == [(d, Decimal(c)) for d, c in expected.items()]
