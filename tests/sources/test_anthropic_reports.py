"""Anthropic's analytics in `core`: buckets replaced whole, overlaps and estimates in no total."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import ROOT, parse_texts
from tests.sources.reporting import Rows, billed, report

DAY = date(2026, 11, 1)
ANALYTICS, CLAUDE_CODE = ROOT / "anthropic_analytics", ROOT / "anthropic_claude_code"


def _cost(amount: str, **group: Any) -> dict[str, Any]:
    return {
        "starting_at": "2026-11-01T00:00:00Z",
        "ending_at": "2026-11-02T00:00:00Z",
        "group": {"model": "m", **group},
        "cost": {"amount": amount, "list_amount": amount, "currency": "USD"},
    }


def _page(*items: dict[str, Any], at: str | None, more: bool = False) -> dict[str, Any]:
    return {"data": list(items), "has_more": more, "data_refreshed_at": at}


def _costs(folder: Path, *files: list[dict[str, Any]]) -> Rows:
    paths = [folder / f"{number}.jsonl" for number, _ in enumerate(files)]
    for path, pages in zip(paths, files, strict=True):
        path.write_text("".join(json.dumps(page) + "\n" for page in pages))
    costs, _ = report(folder, paths, DAY, "anthropic_analytics")
    assert costs == report(folder, paths[::-1], DAY, "anthropic_analytics")[0]
    return costs


def test_amounts_are_fractional_cents(tmp_path: Path) -> None:
    costs, _ = report(tmp_path, [ANALYTICS / "cost.json"], DAY)
    assert billed(costs) == Decimal("0.38985")
    assert sum(r["list_cost_usd"] for r in costs) == Decimal("0.4295")
    assert {r["is_provisional"] for r in costs} == {False}


def test_a_bucket_beyond_the_watermark_is_provisional(tmp_path: Path) -> None:
    _, usage = report(tmp_path, [ANALYTICS / "usage.jsonl"], DAY)
    assert {r["is_provisional"] for r in usage} == {True}
    assert sorted(r["num_requests"] for r in usage) == [1, 42]


def test_a_newer_walk_replaces_the_bucket_whole(tmp_path: Path) -> None:
    old = [_page(_cost("300"), _cost("200", model="gone"), at="2026-11-02T00:00:00Z")]
    new = [
        _page(_cost("250"), at="2026-11-03T00:00:00Z", more=True),
        _page(_cost("1", model="late"), at="2026-11-03T00:00:01Z"),
    ]
    assert billed(_costs(tmp_path, old, new)) == Decimal("2.51")
    assert billed(_costs(tmp_path, [*old, *new])) == Decimal("2.51")


def test_groups_of_people_that_overlap_are_in_no_total(tmp_path: Path) -> None:
    rows = _costs(
        tmp_path,
        [_page(_cost("100", rbac_group_id="a"), _cost("100", rbac_group_id="b"), at=None)],
        [_page(_cost("120"), at=None)],
    )
    assert billed(rows) == Decimal("1.2")
    assert len(rows) == 3


def test_a_row_of_several_days_is_in_no_total(tmp_path: Path) -> None:
    week = _cost("700") | {"ending_at": "2026-11-08T00:00:00Z"}
    rows = _costs(tmp_path, [_page(week, _cost("100"), at=None)])
    assert billed(rows) == Decimal(1)


def test_analytics_and_the_classic_report_of_a_day_are_primary_once(tmp_path: Path) -> None:
    classic = tmp_path / "anthropic_costs"
    classic.mkdir()
    bucket = {
        "starting_at": "2026-11-01T00:00:00Z",
        "ending_at": "2026-11-02T00:00:00Z",
        "results": [{"amount": "38", "currency": "USD", "description": None}],
    }
    (classic / "page.json").write_text(json.dumps({"data": [bucket], "has_more": False}))
    costs, _ = report(tmp_path, [ANALYTICS / "cost.json", classic / "page.json"], DAY)
    assert {r["source_format"] for r in costs if r["is_primary"]} == {"anthropic_analytics"}
    assert {r["source_format"] for r in costs} == {"anthropic_analytics", "anthropic_costs"}


def test_claude_code_is_an_estimate_and_never_a_charge(tmp_path: Path) -> None:
    costs, usage = report(tmp_path, [CLAUDE_CODE / "page.jsonl"], DAY)
    assert {r["billed_cost"] for r in costs} == {None}
    assert {r["is_primary"] for r in [*costs, *usage]} == {False}
    estimated = {r["cost_type"]: r["list_cost_usd"] for r in costs}
    assert estimated["estimated_subscription"] == Decimal("0.001234567890")
    assert sum(r["prompt_tokens"] for r in usage) == 1_105_000 + 10 + 26


@pytest.mark.parametrize("amount", ["", "x", None, "1e30", "NaN"])
def test_an_amount_that_is_none_is_refused(amount: Any) -> None:
    (row,) = parse_texts("anthropic_analytics", [json.dumps(_cost(amount))])
    assert row["reject_reason"]
