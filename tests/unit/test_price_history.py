"""What superseding rows do to each other, and that no past day ever learns of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sql.small_book import books, price_row
from unitcost.price_book.history import Interval, chains, in_force, price_history
from unitcost.price_book.succession import succession_problems
from unitcost_models.prices import Price

_T1, _T2, _T3 = (f"2026-0{month}-01T00:00:00Z" for month in (3, 5, 7))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def _held(*rows: Price) -> dict[str, Interval]:
    assert succession_problems(rows) == []
    return in_force(rows)


def _spans(**spans: tuple[str | None, str | None]) -> dict[str, Interval]:
    return {name: (_moment(start), _moment(end)) for name, (start, end) in spans.items()}


def test_a_price_change_ends_the_older_row() -> None:
    held = _held(price_row("p"), price_row("q", "price_change", "p", valid_from=_T1))
    assert held == _spans(p=(None, _T1), q=(_T1, None))


def test_an_earlier_end_stays() -> None:
    held = _held(price_row("p", valid_to=_T1), price_row("q", "price_change", "p", valid_from=_T2))
    assert held == _spans(p=(None, _T1), q=(_T2, None))


def test_a_retired_price_ends_and_none_follows() -> None:
    held = _held(price_row("p"), price_row("q", "retire", "p", valid_from=_T1, unit_price=None))
    assert held == _spans(p=(None, _T1))


def test_a_correction_is_as_if_the_older_row_had_never_been() -> None:
    held = _held(price_row("p"), price_row("q", "correction", "p", valid_from=_T1, valid_to=_T2))
    assert held == _spans(q=(_T1, _T2))


def test_a_corrected_change_ends_what_the_void_one_had_ended_but_on_its_own_day() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T1),
        price_row("r", "correction", "q", valid_from=_T2),
    )
    assert held == _spans(p=(None, _T2), r=(_T2, None))


def test_a_correction_of_a_correction_still_ends_the_first_row() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T1),
        price_row("r", "correction", "q", valid_from=_T2),
        price_row("s", "correction", "r", valid_from=_T3),
    )
    assert held == _spans(p=(None, _T3), s=(_T3, None))


def test_what_had_ended_the_void_row_ends_its_correction() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T2),
        price_row("r", "correction", "p"),
    )
    assert held == _spans(r=(None, _T2), q=(_T2, None))


def test_one_row_may_be_corrected_by_two_and_a_change_ends_the_one_it_meets() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T3),
        price_row("r", "correction", "p", valid_to=_T1),
        price_row("s", "correction", "p", valid_from=_T1),
    )
    assert held == _spans(r=(None, _T1), s=(_T1, _T3), q=(_T3, None))


def test_a_cancelled_step_leaves_the_older_price_as_it_was() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T1, status="announced"),
        price_row("r", "correction", "q", valid_from=_T1, status="cancelled"),
    )
    assert held == _spans(p=(None, None))


def test_what_follows_a_cancelled_step_follows_the_price_before_it() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "price_change", "p", valid_from=_T1, status="announced"),
        price_row("r", "price_change", "q", valid_from=_T2, status="announced"),
        price_row("s", "correction", "q", valid_from=_T1, status="cancelled"),
    )
    assert held == _spans(p=(None, _T2), r=(_T2, None))


def test_a_correction_that_is_called_off_gives_the_row_its_life_back() -> None:
    held = _held(
        price_row("p"),
        price_row("q", "correction", "p", unit_price="2"),
        price_row("r", "correction", "q", status="cancelled"),
    )
    assert held == _spans(p=(None, None))


def test_a_day_knows_only_what_was_recorded_by_then() -> None:
    history = price_history(
        [
            price_row("p"),
            price_row("q", "price_change", "p", valid_from=_T2, recorded_on="2026-04-20"),
            price_row(
                "r", "correction", "q", valid_from=_T2, status="cancelled", recorded_on="2026-04-29"
            ),
        ]
    )
    found = [(h.price_id, h.known_from, h.known_to, h.valid_to) for h in history]
    first, second, third = date(2026, 1, 1), date(2026, 4, 20), date(2026, 4, 29)
    assert found == [
        ("p", first, second, None),
        ("p", second, third, _moment(_T2)),
        ("p", third, None, None),
        ("q", second, third, None),
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"recorded_on": "2025-12-31"}, "recorded before p (acme/direct.csv:2)"),
        ({"meter": "output"}, "which has another meter; a price_change continues the same price"),
        ({"currency": "CNY"}, "which has another currency"),
        ({"valid_from": "2026-02-01T00:00:00Z"}, "leaves p (acme/direct.csv:2) no time to hold"),
        ({"older": "none"}, "supersedes none is not in the book"),
        ({"older": "q"}, "which supersedes it in turn"),
        ({"price_id": "p"}, "price_id p is used by another row"),
    ],
)
def test_a_succession_without_meaning_is_refused(cells: dict[str, str], said: str) -> None:
    older = price_row("p", valid_from="2026-02-01T00:00:00Z")
    defaults: dict[str, Any] = {
        "price_id": "q",
        "kind": "price_change",
        "older": "p",
        "valid_from": _T1,
    }
    newer = price_row(**(defaults | cells | {"source_line": 3}))
    problems = succession_problems([older, newer])
    assert any(p.startswith("acme/direct.csv:3: ") and said in p for p in problems)


def _as_of(rows: list[Price], day: date) -> dict[str, Interval]:
    """What the history of the whole book says of one day."""
    return {
        h.price_id: (h.valid_from, h.valid_to)
        for h in price_history(rows)
        if h.known_from <= day and (h.known_to is None or day < h.known_to)
    }


@given(books(), st.integers(0, 7))
def test_rows_appended_later_change_no_earlier_day(rows: list[Price], kept: int) -> None:
    assert succession_problems(rows) == []
    day = rows[min(kept, len(rows) - 1)].recorded_on
    before = [r for r in rows if r.recorded_on <= day]
    assert _as_of(rows, day) == _as_of(before, day)


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_means_nothing(rows: list[Price], random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert price_history(shuffled) == price_history(rows)


@given(books())
def test_chains_are_independent_of_each_other(rows: list[Price]) -> None:
    together = in_force(rows)
    alone = [in_force(chain) for chain in chains(rows)]
    assert together == {name: span for held in alone for name, span in held.items()}


@given(books())
def test_no_row_holds_outside_its_own_interval(rows: list[Price]) -> None:
    written = {r.price_id: r for r in rows}
    for name, (start, end) in in_force(rows).items():
        assert start == written[name].valid_from
        assert end is None or start is None or start < end
        written_end = written[name].valid_to
        assert written_end is None or (end is not None and end <= written_end)


@given(books())
def test_without_corrections_a_price_and_its_change_never_hold_together(rows: list[Price]) -> None:
    plain = [r for r in rows if r.change_kind != "correction"]
    names = {r.price_id for r in plain}
    kept = [r for r in plain if r.supersedes is None or r.supersedes in names]
    held = in_force(kept)
    for newer in kept:
        if newer.supersedes in held:
            end = held[newer.supersedes][1]
            assert end is not None
            assert newer.valid_from is not None
            assert end <= newer.valid_from


@given(books())
def test_calling_off_the_last_row_gives_the_book_before_it(rows: list[Price]) -> None:
    last = rows[-1]
    called_off = price_row(
        "off", "correction", last.price_id, status="cancelled", recorded_on=str(last.recorded_on)
    )
    assert in_force([*rows, called_off]) == in_force(rows[:-1])
