"""Minimum charges and currencies on the shipped book, by hand; agreements that cannot be meant."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sql.agreements_by_hand import ALLOWED, CREDIT, FREE, HELD, PTU, opened
from tests.sql.priced import price_one
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import csv_columns
from unitcost_models.prices import Price

_CONTAINERS: list[tuple[dict[str, Any], str]] = [
    ({"container_minutes": 1}, "0.0075"),
    ({"container_minutes": Decimal("7.5")}, "0.01125"),
    ({"container_minutes": 20, "container_size": "1gb"}, "0.03"),
    ({"container_minutes": 20, "container_size": "4gb"}, "0.12"),
    ({"container_minutes": 2, "container_size": "64gb"}, "0.48"),
    ({"container_minutes": 0}, "0"),
    (
        {"provider": "anthropic", "model": "claude-opus-5", "container_minutes": 3},
        "0.004166666667",
    ),
]


def test_containers_are_billed_by_size_and_for_five_minutes_at_least(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as con:
        found = [price_one(con, **values)["cost_usd"] for values, _ in _CONTAINERS]
    assert found == [Decimal(cost) for _, cost in _CONTAINERS]


_YUAN = {
    "price_id": "yuan",
    "provider": "deepseek",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "deepseek-v4-pro",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "12",
    "currency": "CNY",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-11-22",
    "change_kind": "new",
    "sources": "page",
    "confirmation": "single",
}


def test_a_list_in_another_currency_is_converted_at_the_days_rate(tmp_path: Path) -> None:
    names = csv_columns(Price)
    (tmp_path / "deepseek").mkdir()
    line = ",".join(_YUAN.get(name, "") for name in names)
    (tmp_path / "deepseek" / "direct.csv").write_text(f"{','.join(names)}\n{line}\n")
    (tmp_path / "fx.csv").write_text(
        "day,currency,usd_per_unit,source,recorded_on\n2026-06-01,CNY,0.140712345678,bank,2026-06-02\n"
    )
    asked = {"provider": "deepseek", "model": "deepseek-v4-pro", "input_tokens": 999_999}
    with opened(tmp_path, {}, currencies={"deepseek": "CNY"}) as con:
        told = price_one(con, started_at=datetime(2026, 6, 1, 23, 59), **asked)
        untold = price_one(con, started_at=datetime(2026, 6, 2), **asked)
    assert told["cost_usd"] == round(Decimal("11.999988") * Decimal("0.140712345678"), 12)
    assert told["cost_usd"] == told["list_cost_usd"] == told["input_cost_usd"]
    assert (untold["cost_usd"], untold["unpriced_reason"]) == (None, "no_exchange_rate")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"account_allowances.csv": [HELD]}, "there is no allowance two-a-day"),
        ({"allowances.csv": [FREE | {"meters": "input"}]}, "meter input is not one that"),
        ({"allowances.csv": [FREE | {"time_zone": "Mars"}]}, "time_zone Mars is not known"),
        ({"commitments.csv": [PTU, PTU]}, "commitment_id ptu is used by another row"),
        ({"commitments.csv": [PTU | {"model_key": "gpt"}]}, "model_key gpt is not in"),
        ({"commitments.csv": [PTU | {"units": "0"}]}, "units"),
        ({"credits.csv": [CREDIT, CREDIT]}, "credit_id grant is used by another row"),
        ({"credits.csv": [CREDIT | {"provider": "acme"}]}, "provider acme is not in"),
        ({"credits.csv": [CREDIT | {"amount_usd": "-1"}]}, "credits.csv:2: amount_usd"),
        (
            ALLOWED
            | {
                "allowances.csv": [FREE, FREE | {"allowance_id": "more"}],
                "account_allowances.csv": [HELD, HELD | {"allowance_id": "more"}],
            },
            "an account may hold one of them",
        ),
    ],
)
def test_an_agreement_that_cannot_be_meant_is_refused(
    tmp_path: Path, files: dict[str, list[dict[str, str]]], said: str
) -> None:
    with pytest.raises(PriceBookError) as refused, opened(tmp_path, files):
        pass
    assert any(said in problem for problem in refused.value.problems)
