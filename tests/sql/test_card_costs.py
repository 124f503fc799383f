"""What cards price in whole trillionths is what lines come to in DECIMAL, to the last digit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.given import rows_of
from tests.sql.price_by_hand import instants, price_rows, token_lists
from tests.sql.priced import price, price_one, request
from tests.sql.small_book import START, open_small_book, price_row, put_prices
from unitcost.workbench import run_step
from unitcost_models.shared import TOKEN_CLASSES

_LARGEST = 600_000_000
"""Tokens up to which a request is priced in 64 bits."""
_KEY = ("provider", "platform", "region_scope", "model", "service_tier")
_SIZES = st.sampled_from([1, 999, 123_457, _LARGEST - 1, _LARGEST, _LARGEST + 1, 10**12])


def _itemised(shipped: duckdb.DuckDBPyConnection) -> dict[str, bool]:
    asks = shipped.execute("select request_id, is_itemised from steps.card_costs").fetchall()
    return dict(asks)


def _price_by_lines(shipped: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The cost rows when no card prices anything."""
    shipped.execute(
        "update steps.card_costs set is_itemised = true "
        "where not is_free and unknown_reason is null and meters_used > 0"
    )
    for name in ("steps.line_costs", "core.request_costs"):
        run_step(shipped, name, date(2026, 1, 1))
    return rows_of(shipped, "select * from core.request_costs order by request_id")


@st.composite
def _asks(draw: st.DrawFn) -> dict[str, Any]:
    """A request of a random list that uses meters of it, and at times one that it lacks."""
    key = draw(st.sampled_from(token_lists()))
    listed = sorted(
        f"{meter}_tokens"
        for meter in {row["meter"] for row in price_rows()[key]}
        if f"{meter}_tokens" in TOKEN_CLASSES
    )
    used = draw(st.lists(st.sampled_from([*listed, "reasoning_tokens"]), max_size=4))
    return dict(zip(_KEY, key, strict=True)) | {
        "started_at": draw(st.sampled_from([datetime(2026, 10, 1), *instants(key)])),
        "status": draw(st.sampled_from(["ok", "ok", "ok", "cache_hit"])),
        "web_search_calls": draw(st.sampled_from([None, None, None, 2])),
        **{column: draw(_SIZES) for column in used},
    }


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asks=st.lists(_asks(), min_size=40, max_size=40))
def test_cards_and_lines_agree_on_every_request(
    shipped: duckdb.DuckDBPyConnection, asks: list[dict[str, Any]]
) -> None:
    by_card = price(shipped, *(request(request_id=f"{n:02}", **ask) for n, ask in enumerate(asks)))
    assert not all(_itemised(shipped).values())
    assert _price_by_lines(shipped) == by_card


@pytest.mark.parametrize("tokens", [_LARGEST, _LARGEST + 1, 10**12])
def test_cards_price_requests_whose_sums_64_bits_hold_and_lines_the_others(
    shipped: duckdb.DuckDBPyConnection, tokens: int
) -> None:
    row = price_one(shipped, model="gpt-5-pro", output_tokens=tokens)
    assert row["cost_usd"] == tokens * Decimal("0.00012")
    assert _itemised(shipped) == {"r1": tokens > _LARGEST}


def test_the_dearest_price_of_a_card_times_the_most_tokens_is_exact(tmp_path: Path) -> None:
    """Of every class at once, none of which may overflow on the way to the sum."""
    meters = {c: c.removesuffix("_tokens").replace("_unknown", "") for c in TOKEN_CLASSES}
    with open_small_book(tmp_path) as shipped:
        put_prices(shipped, [price_row(m, meter=m, unit_price="900") for m in meters.values()])
        for spread in (dict.fromkeys(meters, _LARGEST // 15), {"output_tokens": _LARGEST}):
            row = price_one(shipped, provider="acme", model="acme-1", started_at=START, **spread)
            assert row["cost_usd"] == _LARGEST * Decimal("0.0009")
            assert _itemised(shipped) == {"r1": False}


def test_a_dearer_price_is_on_no_card_and_prices_by_its_line(tmp_path: Path) -> None:
    asked = {"provider": "acme", "model": "acme-1", "started_at": START, "input_tokens": 10**9}
    with open_small_book(tmp_path) as shipped:
        for unit_price in ("900.000001", "123456.789012"):
            put_prices(shipped, [price_row("in", meter="input", unit_price=unit_price)])
            on_cards = shipped.execute("select count(input_trillionths) from core.price_cards")
            assert on_cards.fetchall() == [(0,)]
            assert price_one(shipped, **asked)["cost_usd"] == Decimal(unit_price) * 1000


def test_requests_are_held_against_the_cards_of_their_own_time_alone(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    cut, later = datetime(2026, 8, 21), datetime(2026, 8, 22)
    asked = [
        request(request_id=f"{at}", model="gpt-5.6-sol", started_at=at, input_tokens=1)
        for at in (cut, later)
    ]
    assert [row["cost_usd"] for row in price(shipped, *asked)] == [Decimal("0.000004")] * 2
    in_force = "select count(*) from {} where valid_from <= $later and valid_to > $cut"
    counts = [
        shipped.execute(in_force.format(cards), {"cut": cut, "later": later}).fetchall()
        for cards in ("core.price_cards", "steps.cards_in_force")
    ]
    assert (
        counts[0]
        == counts[1]
        == shipped.execute("select count(*) from steps.cards_in_force").fetchall()
    )
