"""Allowances on the shipped book, by hand: what is free, for whom and by which clock."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import given as tables
from tests.sql.agreements_by_hand import ALLOWED, FREE, HELD, build, opened
from tests.sql.priced import price_one, request
from unitcost_models.agreements import AllowanceBefore


def _searches(name: str, hour: int, count: int, **values: Any) -> dict[str, Any]:
    at = datetime(2026, 10, 20, hour)
    return request(
        request_id=name, account_id="org-1", started_at=at, web_search_calls=count, **values
    )


def test_what_comes_first_is_free_in_any_order_of_delivery(tmp_path: Path) -> None:
    searches = [
        _searches("late", 20, 5),
        _searches("first", 1, 1),
        _searches("second", 2, 3),
        _searches("theirs", 1, 1) | {"account_id": "org-2"},
        _searches("failed", 0, 2) | {"billed_state": "not_billed"},
    ]
    with opened(tmp_path, ALLOWED) as con:
        rows = build(con, "core.request_costs", *searches)
        assert build(con, "core.request_costs", *searches[::-1]) == rows
        (use,) = build(con, "core.allowance_use", *searches)
    costs = {row["request_id"]: row["cost_usd"] for row in rows}
    assert costs == {
        "first": 0,
        "second": Decimal("0.02"),
        "late": Decimal("0.05"),
        "theirs": Decimal("0.01"),
        "failed": 0,
    }
    first = next(row for row in rows if row["request_id"] == "first")
    assert (first["list_cost_usd"], first["cost_basis"]) == (Decimal("0.01"), "metered_contract")
    assert (use["quantity"], use["free_quantity"], use["allowed_quantity"]) == (9, 2, 2)


def test_meters_share_a_pool_and_earlier_days_have_drawn_on_it(tmp_path: Path) -> None:
    monthly = FREE | {"period": "month", "quantity": "10", "time_zone": "America/Los_Angeles"}
    before = {
        "account_id": "org-1",
        "allowance_id": "two-a-day",
        "period_start": date(2026, 10, 1),
        "quantity": Decimal(7),
    }
    with opened(tmp_path, ALLOWED | {"allowances.csv": [monthly]}) as con:
        tables.given(con, AllowanceBefore, before)
        (row,) = build(con, "core.request_costs", _searches("a", 9, 2, file_search_calls=2))
    # Four are wanted, three are left: both file searches (2.50 a thousand) and one web search.
    assert row["cost_usd"] == Decimal("0.01")
    assert row["list_cost_usd"] == Decimal("0.025")


def _documented(folder: Path) -> None:
    """The example of docs/prices.md as the user's file."""
    page = (Path(__file__).parents[2] / "docs/prices.md").read_text(encoding="utf-8")
    example = page.split("```csv\n", 1)[1].split("```", 1)[0]
    (folder / "account_allowances.csv").write_text(example, encoding="utf-8")


def test_a_documented_allowance_counts_for_the_accounts_that_hold_it(tmp_path: Path) -> None:
    _documented(tmp_path)
    before = {
        "account_id": "org-1",
        "allowance_id": "anthropic-container-hours",
        "period_start": date(2026, 10, 1),
        "quantity": Decimal(1549 * 60),
    }
    ran = {"provider": "anthropic", "model": "claude-opus-5", "container_minutes": 90}
    with opened(tmp_path, {}) as con:
        tables.given(con, AllowanceBefore, before)
        rows = build(
            con,
            "core.request_costs",
            request(request_id="mine", account_id="org-1", **ran),
            request(request_id="theirs", account_id="org-2", **ran),
        )
    costs = {row["request_id"]: row["cost_usd"] for row in rows}
    # Of 90 minutes at 0.05 an hour the last free hour takes 60.
    assert costs == {"mine": Decimal("0.025"), "theirs": Decimal("0.075")}


@pytest.mark.parametrize(
    ("allowance_id", "values", "allowed"),
    [
        ("google-ai-studio-grounding-2.5", {"model": "gemini-2.5-pro"}, 1500),
        ("google-vertex-grounding-2.5", {"model": "gemini-2.5-flash", "platform": "vertex"}, 1500),
        ("google-ai-studio-grounding-3", {"model": "gemini-3.5-flash"}, 5000),
        ("google-vertex-grounding-3", {"model": "gemini-3.8-flash", "platform": "vertex"}, 5000),
    ],
)
def test_grounding_is_free_up_to_the_documented_number(
    tmp_path: Path, allowance_id: str, values: dict[str, Any], allowed: int
) -> None:
    column, price = (
        ("grounding_prompts", Decimal("0.035"))
        if allowed == 1500
        else ("grounding_queries", Decimal("0.014"))
    )
    asked = {"provider": "google", "platform": "ai_studio", "region_scope": "global"} | values
    held = HELD | {"allowance_id": allowance_id}
    with opened(tmp_path, {"account_allowances.csv": [held]}) as con:
        for used, paid in ((allowed, 0), (allowed + 3, 3 * price)):
            row = price_one(con, account_id="org-1", **asked, **{column: used})
            assert (row["unpriced_reason"], row["cost_usd"]) == (None, paid)
            assert row["list_cost_usd"] == used * price


def test_a_period_begins_by_the_providers_clock(tmp_path: Path) -> None:
    pacific = FREE | {"quantity": "1", "time_zone": "America/Los_Angeles"}
    with opened(tmp_path, ALLOWED | {"allowances.csv": [pacific]}) as con:
        rows = build(
            con, "core.request_costs", *(_searches(str(hour), hour, 1) for hour in (5, 6, 7, 8))
        )
    assert [row["cost_usd"] for row in rows] == [0, Decimal("0.01"), 0, Decimal("0.01")]
