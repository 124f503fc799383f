"""DeepSeek's ZIP in `core`: one row a type, own currency, days where they begin in UTC."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.sources.reading import ROOT
from tests.sources.reporting import billed, report

FOLDER = ROOT / "deepseek"


def test_types_become_classes_and_the_cost_stays_in_its_currency(tmp_path: Path) -> None:
    costs, usage = report(tmp_path, [FOLDER / "export.zip"], date(2026, 10, 31))
    totals = {
        name: sum(r[name] or 0 for r in usage if r["is_primary"])
        for name in ("input_tokens", "cache_read_tokens", "output_tokens", "num_requests")
    }
    assert totals == {
        "input_tokens": 116_000,
        "cache_read_tokens": 384_000,
        "output_tokens": 80_500,
        "num_requests": 12,
    }
    assert billed(costs) == Decimal("0.54955")
    assert {(r["currency"], r["billed_cost_usd"]) for r in costs} == {("cny", None)}


def test_the_two_tables_alone_say_the_same_as_a_zip_of_them(tmp_path: Path) -> None:
    files = [FOLDER / "amount.csv", FOLDER / "cost.csv"]
    costs, usage = report(tmp_path, files, date(2026, 11, 1))
    assert (costs, usage) == report(tmp_path, files[::-1], date(2026, 11, 1))
    assert [r["billed_cost_usd"] for r in costs] == [Decimal("0.000203")]
    assert sum(r["prompt_tokens"] or 0 for r in usage) == 300
