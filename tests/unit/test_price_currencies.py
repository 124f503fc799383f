"""Providers that do not bill in USD: which of their rows price, and the rates that are recorded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.exchange import read_exchange_rates
from unitcost.price_book.rows import CSV_COLUMNS
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench

_FX = "day,currency,usd_per_unit,source,recorded_on\n"
_YUAN = {
    "price_id": "yuan",
    "provider": "mistral",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "mistral-large-4",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "7",
    "currency": "CNY",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-11-22",
    "change_kind": "new",
    "sources": "contract",
    "confirmation": "single",
}


def _fx(own: Path, *lines: str) -> PriceBook:
    (own / "fx.csv").write_text(_FX + "".join(line + "\n" for line in lines), encoding="utf-8")
    return PriceBook(own=own)


def _cards(own: Path, **currencies: str) -> list[Any]:
    with open_workbench() as con:
        load_price_book(con, PriceBook(own=own, currencies=currencies))
        return con.execute(
            "select distinct l.price_per_unit, c.input_trillionths from core.price_cards as c "
            "inner join core.sheet_lines as l using (card_id) where l.meter = 'input' "
            "and c.model = 'mistral-large-4' and c.platform = 'direct' and c.region_scope = '' "
            "and c.service_tier = 'standard' and c.valid_to > date '2027-01-01'"
        ).fetchall()


def test_only_rows_in_the_billing_currency_price(tmp_path: Path) -> None:
    (tmp_path / "mistral").mkdir()
    line = ",".join(_YUAN.get(name, "") for name in CSV_COLUMNS)
    header = ",".join(CSV_COLUMNS)
    (tmp_path / "mistral" / "direct.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    ((usd, trillionths),) = _cards(tmp_path)
    assert usd != Decimal("0.000007")
    assert trillionths == usd * 10**12
    assert _cards(tmp_path, mistral="CNY") == [(Decimal("0.000007"), None)]


def test_a_currency_of_a_provider_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PriceBookError, match=r"\[prices\.currency\]: provider mistrall is not"):
        _cards(tmp_path, mistrall="CNY")


def test_of_two_rates_for_a_day_the_one_learnt_last_counts_from_then_on(tmp_path: Path) -> None:
    book = _fx(
        tmp_path,
        "2026-11-03,CNY,0.1405,PBOC,2026-11-05",
        "2026-11-03,CNY,0.1404,PBOC,2026-11-04",
        "2026-11-04,CNY,0.1406,PBOC,2026-11-05",
    )
    assert _rates(book) == {3: "0.1405", 4: "0.1406"}
    assert _rates(PriceBook(own=tmp_path, as_of=date(2026, 11, 4))) == {3: "0.1404"}
    assert _rates(PriceBook(own=tmp_path, as_of=date(2026, 11, 3))) == {}


def _rates(book: PriceBook) -> dict[int, str]:
    return {rate.day.day: str(rate.usd_per_unit) for rate in read_exchange_rates(book)}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["2026-11-03,CNY,0,x,2026-11-04"], ":2: usd_per_unit: must be a positive plain decimal"),
        (["2026-11-03,CNY,-1,x,2026-11-04"], ":2: usd_per_unit: must be a positive"),
        (["2026-11-03,CNY,1e-1,x,2026-11-04"], ":2: usd_per_unit: must be a positive"),
        (["2026-11-03,CNY,0.1234567890123,x,2026-11-04"], "at most 12 decimals"),
        (["2026-11-03,CNY,NaN,x,2026-11-04"], ":2: usd_per_unit: must be a positive"),
        (["2026-11-03,USD,1,x,2026-11-04"], ":2: currency: costs are in USD"),
        (["2026-11-03,yuan,1,x,2026-11-04"], ":2: currency: String should match"),
        (["3.11.2026,CNY,1,x,2026-11-04"], ":2: day: Input should be a valid date"),
        (
            ["2026-11-03,CNY,0.14,x,2026-11-04", "2026-11-03,CNY,0.15,y,2026-11-04"],
            ":3: CNY has another rate for 2026-11-03 ($UNITCOST_HOME/price_tables/fx.csv:2)",
        ),
    ],
)
def test_a_rate_that_cannot_be_trusted_is_refused(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    with pytest.raises(PriceBookError) as refused:
        read_exchange_rates(_fx(tmp_path, *lines))
    assert refused.value.problems[0].startswith("$UNITCOST_HOME/price_tables/fx.csv:")
    assert said in refused.value.problems[0]
