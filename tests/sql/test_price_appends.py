"""Rows that are added to the book: what they must not change, and that no two ever hold at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.given import rows_of
from tests.sql.priced import price, request
from tests.sql.small_book import START, books, open_small_book, price_row, put_prices
from unitcost.price_book.history import in_force, price_history
from unitcost.price_book.overlaps import TWO_PRICES
from unitcost_models.prices import Price

_TICK = timedelta(microseconds=1)
_SLOW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_MOMENTS = st.integers(0, 60 * 24).map(lambda hours: START + timedelta(hours=hours))


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_small_book(tmp_path_factory.mktemp("book")) as con:
        yield con


def _asked(at: datetime, tokens: int = 1_000_000) -> dict[str, Any]:
    return request(provider="acme", model="acme-1", started_at=at, input_tokens=tokens)


def _costs(con: duckdb.DuckDBPyConnection, moments: list[datetime]) -> list[Decimal | None]:
    asked = (_asked(at) | {"request_id": f"r{n}"} for n, at in enumerate(moments))
    return [row["cost_usd"] for row in price(con, *asked)]


def _cost(con: duckdb.DuckDBPyConnection, at: datetime, tokens: int = 1_000_000) -> Decimal | None:
    cost: Decimal | None = price(con, _asked(at, tokens))[0]["cost_usd"]
    return cost


def _overlaps(con: duckdb.DuckDBPyConnection) -> bool:
    return bool(con.execute(TWO_PRICES).fetchall())


def _hold_at_once(rows: list[Price]) -> bool:
    """By brute force: on some recorded day two of the intervals share an instant."""
    return any(
        (a[1] is None or b[0] is None or b[0] < a[1])
        and (b[1] is None or a[0] is None or a[0] < b[1])
        for day in {row.recorded_on for row in rows}
        for a, b in combinations(in_force([r for r in rows if r.recorded_on <= day]).values(), 2)
    )


@_SLOW
@given(books())
def test_two_prices_for_one_request_are_found_whenever_they_were_known(
    con: duckdb.DuckDBPyConnection, rows: list[Price]
) -> None:
    put_prices(con, rows)
    assert _overlaps(con) == _hold_at_once(rows)


@_SLOW
@given(books(), books(), st.lists(_MOMENTS, min_size=1, max_size=5))
def test_a_past_day_never_learns_of_rows_appended_later(
    con: duckdb.DuckDBPyConnection,
    rows: list[Price],
    later: list[Price],
    moments: list[datetime],
) -> None:
    day = rows[-1].recorded_on
    assume(not _hold_at_once(rows))
    put_prices(con, rows, day)
    before = _costs(con, moments)
    next_day = {"recorded_on": day + timedelta(1)}
    renamed = [_renamed(row).model_copy(update=next_day) for row in later]
    meddling = price_row("meddling", "correction", rows[0].price_id, unit_price="77", **next_day)
    put_prices(con, [*rows, *renamed, meddling], day)
    assert _costs(con, moments) == before


def _renamed(row: Price) -> Price:
    older = f"later-{row.supersedes}" if row.supersedes else None
    return row.model_copy(update={"price_id": f"later-{row.price_id}", "supersedes": older})


@_SLOW
@given(_MOMENTS, st.integers(1, 40), st.integers(-1, 1))
def test_a_row_outside_a_requests_interval_changes_no_cost(
    con: duckdb.DuckDBPyConnection, at: datetime, hours: int, ticks: int
) -> None:
    rows = [price_row("p", valid_to=at + timedelta(hours=hours))]
    put_prices(con, rows)
    asked = at + ticks * _TICK
    before = price(con, _asked(asked))
    outside = [
        price_row("after", valid_from=at + timedelta(hours=hours), unit_price="8"),
        price_row("other", model_key="gpt-5", unit_price="9"),
        price_row("batch", service_tier="batch", unit_price="10"),
        price_row("yuan", currency="CNY", unit_price="11"),
    ]
    put_prices(con, [*rows, *outside])
    assert price(con, _asked(asked)) == before


@_SLOW
@given(_MOMENTS, st.integers(-2, 2), st.booleans(), st.booleans())
def test_a_change_holds_from_its_instant_unless_it_was_called_off(
    con: duckdb.DuckDBPyConnection, at: datetime, ticks: int, is_cancelled: bool, knows: bool
) -> None:
    rows = [price_row("p"), price_row("q", "price_change", "p", valid_from=at, unit_price="2")]
    off = {"valid_from": at, "status": "cancelled", "recorded_on": "2026-01-09"}
    put_prices(
        con,
        [*rows, price_row("r", "correction", "q", **off)] if is_cancelled else rows,
        date(2026, 1, 9 if knows else 8),
    )
    is_new = ticks >= 0 and not (is_cancelled and knows)
    assert _cost(con, at + ticks * _TICK) == (2 if is_new else 1)


@_SLOW
@given(st.integers(1, 10**6), st.integers(-1, 1))
def test_a_tier_begins_one_token_above_its_bound(
    con: duckdb.DuckDBPyConnection, bound: int, more: int
) -> None:
    size = {"ctx_basis": "prompt_total"}
    short = price_row("short", ctx_le=bound, **size)
    long = price_row("long", ctx_gt=bound, unit_price="2", **size)
    put_prices(con, [short, long])
    tokens = bound + more
    each = 2 if more > 0 else 1
    assert _cost(con, START, tokens) == Decimal(tokens * each) / 10**6


def test_a_price_that_was_retired_is_no_price_from_then_on(con: duckdb.DuckDBPyConnection) -> None:
    end = datetime(2026, 5, 1)
    put_prices(
        con, [price_row("p"), price_row("q", "retire", "p", valid_from=end, unit_price=None)]
    )
    assert _cost(con, end - _TICK) == 1
    assert price(con, _asked(end))[0]["unpriced_reason"] == "no_price_at_date"


@pytest.mark.parametrize(
    ("first", "second", "is_refused"),
    [
        ("day", "night", False),
        ("day", "noon", True),
        ("night", "noon", True),
        ("day", None, True),
        ("deepseek_peak_daily", "deepseek_offpeak_workdays", True),
        ("deepseek_peak_daily", "deepseek_offpeak_daily", False),
    ],
)
def test_bands_that_cross_are_two_prices(
    con: duckdb.DuckDBPyConnection, first: str, second: str | None, is_refused: bool
) -> None:
    rows = [price_row("a", time_band=first), price_row("b", time_band=second, source_line=3)]
    put_prices(con, rows)
    assert _overlaps(con) == is_refused


def test_two_families_with_a_model_in_common_are_two_prices(
    con: duckdb.DuckDBPyConnection,
) -> None:
    put_prices(
        con,
        [
            price_row("a", model_key="family:one"),
            price_row("b", model_key="family:two", source_line=3),
        ],
    )
    members = "('one', 'acme-1'), ('two', 'acme-2')"
    con.execute(
        f"create or replace table core.model_families as from (values {members}) f(family, model)"
    )
    assert not _overlaps(con)
    con.execute("insert into core.model_families values ('two', 'acme-1')")
    assert _overlaps(con)


_ZONE = ZoneInfo("America/New_York")
_SWITCHES = [datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2026, 7, 1)]


@_SLOW
@given(st.sampled_from(_SWITCHES), st.integers(-1, 1), st.sampled_from([0, 8, 20]), st.data())
def test_a_band_goes_by_the_providers_clock_through_summer_time(
    con: duckdb.DuckDBPyConnection, day: datetime, days: int, hour: int, data: st.DataObject
) -> None:
    """The local hour is met to the second, on the days around each change of the clock."""
    local = (day + timedelta(days)).replace(hour=hour, tzinfo=_ZONE)
    at = local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    at += data.draw(st.sampled_from([-_TICK, timedelta(0), _TICK]))
    rows = [
        price_row("a", time_band="day"),
        price_row("b", time_band="night", unit_price="2", source_line=3),
    ]
    put_prices(con, rows)
    clock = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(_ZONE)
    assert _cost(con, at) == (1 if 8 <= clock.hour < 20 else 2)


def test_history_and_prices_in_force_tell_the_same_of_today(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rows = [price_row("p"), price_row("q", "price_change", "p", valid_from=START)]
    put_prices(con, rows)
    found = rows_of(con, "select price_id, valid_from, valid_to from core.prices_in_force")
    known = [h.model_dump(include={*found[0]}) for h in price_history(rows) if h.known_to is None]
    assert sorted(map(repr, found)) == sorted(map(repr, known))
