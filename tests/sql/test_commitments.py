"""Commitments on the shipped book, by hand: what they cover, what nobody used, what they cost."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.given import rows_of
from tests.sql.agreements_by_hand import DAY, PTU, build, opened
from tests.sql.priced import request


def _served(name: str, **values: Any) -> dict[str, Any]:
    values = {"prompt_tokens": values.get("input_tokens"), "completion_tokens": 0} | values
    return request(request_id=name, platform="azure", service_tier="provisioned", **values)


def test_what_a_commitment_covers_bears_its_share_of_it(tmp_path: Path) -> None:
    served = (_served("a", input_tokens=1_000_000), _served("b", input_tokens=2_000_000))
    with opened(tmp_path, {"commitments.csv": [PTU]}) as con:
        rows = build(con, "core.request_costs", *served)
        (use,) = build(con, "core.commitment_use", *served)
    assert [row["cost_usd"] for row in rows] == [Decimal(80), Decimal(160)]
    assert [row["commitment_cost_usd"] for row in rows] == [Decimal(80), Decimal(160)]
    assert [row["list_cost_usd"] for row in rows] == [Decimal("1.25"), Decimal("2.5")]
    assert {row["cost_basis"] for row in rows} == {"allocated"}
    assert (use["cost_usd"], use["unused_cost_usd"], use["requests"]) == (Decimal(240), 0, 2)
    assert use["utilization_pct"] is None


def test_capacity_that_nobody_used_is_a_line_of_its_own(tmp_path: Path) -> None:
    told = PTU | {"capacity_tokens_per_minute": "10000"}
    with opened(tmp_path, {"commitments.csv": [told]}) as con:
        (use,) = build(con, "core.commitment_use", _served("a", input_tokens=3_600_000))
        (cost,) = rows_of(con, "select * from steps.commitment_shares")
        (idle,) = build(con, "core.commitment_use")
    assert (use["used_cost_usd"], use["unused_cost_usd"]) == (Decimal(60), Decimal(180))
    assert use["utilization_pct"] == 25
    assert cost["commitment_cost_usd"] == 60
    assert (idle["used_cost_usd"], idle["unused_cost_usd"]) == (0, Decimal(240))


def test_others_are_not_covered_and_a_fee_comes_on_top(tmp_path: Path) -> None:
    with opened(tmp_path, {"commitments.csv": [PTU | {"model_key": "gpt-5"}]}) as con:
        covered, other, plain = build(
            con,
            "core.request_costs",
            _served("a", input_tokens=10),
            _served("b", model="gpt-5-mini", input_tokens=10),
            request(request_id="c", platform="azure", input_tokens=1_000_000),
        )
    assert covered["cost_usd"] == 240
    assert other["unpriced_reason"] == "no_price_for_scope"
    assert (plain["cost_usd"], plain["cost_basis"]) == (Decimal("1.25"), "metered_list")


def test_a_request_with_a_fee_that_has_no_price_bears_nothing(tmp_path: Path) -> None:
    served = (_served("a", input_tokens=1), _served("b", input_tokens=9, grounding_queries=1))
    with opened(tmp_path, {"commitments.csv": [PTU]}) as con:
        bearing, unknown = build(con, "core.request_costs", *served)
        (use,) = build(con, "core.commitment_use", *served)
        (alone,) = build(con, "core.commitment_use", served[1])
    assert bearing["cost_usd"] == use["used_cost_usd"] == 240
    assert unknown["commitment_cost_usd"] is None
    assert unknown["unpriced_reason"] == "no_price_for_meter:grounding_query"
    assert (alone["used_cost_usd"], alone["unused_cost_usd"]) == (0, 240)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    weights=st.lists(st.integers(0, 10**7), min_size=1, max_size=7),
    price=st.integers(1, 10**9).map(lambda n: str(Decimal(n) / 10**6)),
    model=st.sampled_from(["gpt-5", "no-such-model"]),
)
def test_shares_add_up_to_the_last_digit_whatever_the_weights(
    tmp_path: Path, weights: list[int], price: str, model: str
) -> None:
    served = [_served(str(n), model=model, input_tokens=w) for n, w in enumerate(weights)]
    with opened(
        tmp_path, {"commitments.csv": [PTU | {"unit_price": f"{Decimal(price):f}"}]}
    ) as con:
        rows = build(con, "core.request_costs", *served)
    assert sum(row["commitment_cost_usd"] for row in rows) == Decimal(price) * 240


@pytest.mark.parametrize("month", [2, 10])
def test_the_days_of_a_month_add_up_to_its_price(tmp_path: Path, month: int) -> None:
    monthly = PTU | {"period": "month", "unit_price": "1000.01", "units": "1"}
    first, total, costs = date(2026, month, 1), Decimal(0), set()
    with opened(tmp_path, {"commitments.csv": [monthly]}) as con:
        day = first
        while day.month == month:
            (use,) = build(con, "core.commitment_use", day=day)
            total, day = total + use["cost_usd"], day + timedelta(1)
            costs.add(use["cost_usd"])
    assert total == Decimal("1000.01")
    assert max(costs) - min(costs) <= Decimal("0.000000000001")


def test_a_part_of_a_day_is_paid_by_the_hour(tmp_path: Path) -> None:
    late = PTU | {"valid_from": "2026-10-20T18:00:00Z"}
    with opened(tmp_path, {"commitments.csv": [late]}) as con:
        (use,) = build(con, "core.commitment_use")
        assert use["cost_usd"] == 60
        assert build(con, "core.commitment_use", day=DAY - timedelta(1)) == []
