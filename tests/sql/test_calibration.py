"""Metered cost is scaled to a near bill to the last digit, and to none that is far away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from tests.given import given, rows_of
from unitcost.queries import load_query
from unitcost.workbench import open_workbench, run_step
from unitcost_models.allocation import CalibratedCost, CalibrationBand
from unitcost_models.marts import CostPerRequest
from unitcost_models.provider import ProviderCost

DAY = date(2026, 3, 2)


def calibrate(
    costs: dict[str, str | None], billed: str | None, band: str = "5", **values: Any
) -> tuple[dict[str, Decimal | None], list[dict[str, Any]]]:
    """Calibrated cost by model, and what the check says."""
    request = {"day": DAY, "provider": "openai", "platform": "direct"}
    line = request | {"record_id": "1", "is_primary": True, "billed_cost_usd": billed}
    with open_workbench() as con:
        given(
            con,
            CostPerRequest,
            *(request | {"request_id": m, "model": m, "cost_usd": c} for m, c in costs.items()),
        )
        given(con, ProviderCost, *([] if billed is None else [line | values]))
        given(con, CalibrationBand, {"band_pct": band})
        run_step(con, CalibratedCost.table, DAY)
        rows = rows_of(con, f"select * from {CalibratedCost.table}")
        found = rows_of(con, load_query("checks.metered_is_near_the_bill").bind(DAY))
    return {r["model"]: r["calibrated_cost_usd"] for r in rows}, found


def test_a_near_bill_is_shared_out_to_the_last_digit() -> None:
    found, warnings = calibrate({"a": "1", "b": "2", "c": None}, "3.1")
    assert found == {
        "a": Decimal("1.033333333333"),
        "b": Decimal("2.066666666667"),
        "c": Decimal(0),
    }
    assert warnings == []


def test_a_cloud_bills_the_models_of_all_makers_together() -> None:
    platform = {"day": DAY, "platform": "bedrock"}
    requests = [
        platform | {"request_id": m, "provider": p, "model": m, "cost_usd": "1"}
        for p, m in (("amazon", "nova"), ("anthropic", "claude"), ("meta", "llama"))
    ]
    line = platform | {"provider": "aws", "record_id": "1", "is_primary": True}
    for billed, parts in (("3.1", ["1.033333333334", "1.033333333333", "1.033333333333"]),
                          ("9", [None] * 3)):  # fmt: skip
        with open_workbench() as con:
            given(con, CostPerRequest, *requests)
            given(con, ProviderCost, line | {"billed_cost_usd": billed})
            given(con, CalibrationBand, {"band_pct": "5"})
            run_step(con, CalibratedCost.table, DAY)
            rows = rows_of(con, f"select * from {CalibratedCost.table} order by model")
            found = rows_of(con, load_query("checks.metered_is_near_the_bill").bind(DAY))
        assert [r["calibrated_cost_usd"] for r in rows] == [p and Decimal(p) for p in parts]
        assert {r["billed_day_cost_usd"] for r in rows} == {Decimal(billed)}
        subjects = [] if parts[0] else ["amazon, anthropic, meta on bedrock"]
        assert [row["subject"] for row in found] == subjects


@pytest.mark.parametrize(
    ("billed", "band", "is_near"),
    [
        ("105", "5", True),
        ("105.000000000001", "5", False),
        ("100.5", "0.5", True),
        ("100.5", "0.499999", False),
        ("100", "0", True),
    ],
)
def test_the_band_is_what_the_settings_say(billed: str, band: str, is_near: bool) -> None:
    found, warnings = calibrate({"a": "100"}, billed, band)
    assert (found["a"] is not None, warnings == []) == (is_near, is_near)
    assert is_near or "not calibrated" in warnings[0]["detail"]


@pytest.mark.parametrize(
    "values",
    [
        {"is_provisional": True},
        {"is_primary": False},
        {"charge_category": "Tax"},
        {"platform": "x"},
    ],
)
def test_only_final_usage_of_the_same_seller_counts(values: dict[str, Any]) -> None:
    assert calibrate({"a": "1"}, "1", **values) == ({"a": None}, [])


def test_a_day_without_a_bill_is_left_alone() -> None:
    assert calibrate({"a": "1"}, None) == ({"a": None}, [])


@settings(max_examples=40, deadline=None)
@over(
    st.lists(st.decimals(0, 10**6, places=12), min_size=1, max_size=6),
    st.integers(-50, 50),
)
def test_parts_are_the_bill(costs: list[Decimal], per_mille: int) -> None:
    metered = sum(costs, Decimal(0))
    billed = (metered * (1000 + per_mille) / 1000).quantize(Decimal("0.000000000001"))
    near = metered > 0 and abs(billed - metered) * 20 <= metered
    found, _ = calibrate({str(n): f"{c:f}" for n, c in enumerate(costs)}, f"{billed:f}")
    parts = [part for part in found.values() if part is not None]
    assert (sum(parts) == billed and len(parts) == len(costs)) if near else parts == []
