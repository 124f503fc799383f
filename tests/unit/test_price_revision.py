"""The revision of a pinned book says what it knew, and nothing that was recorded since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.price_books import price_row, write_book, write_rows
from unitcost.price_book.book import PriceBook

_PINNED = date(2026, 11, 5)
_KNOWN = price_row("known", recorded_on="2026-11-05")
_ALSO = price_row("also", meter="output", unit_price="10")
_LATER = price_row("later", meter="cache_read", unit_price="0.1", recorded_on="2026-11-06")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path, _KNOWN, _ALSO)


def _add(file: str, text: str) -> Callable[[Path], None]:
    def write(book: Path) -> None:
        path = book / file
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(before + text, encoding="utf-8")

    return write


def _rows(*rows: dict[str, str]) -> Callable[[Path], None]:
    return lambda book: write_rows(book, *rows)


def _pinned(book: Path) -> PriceBook:
    return PriceBook(book, as_of=_PINNED, currencies=_BILLS_IN)


_ALIAS = '\n[[alias]]\nid = "five"\nmodel = "gpt-5"\nnote = "n"\nrecorded_on = '
_RATES = "day,currency,usd_per_unit,source,recorded_on\n"
_RATE = _RATES + "2026-11-01,CNY,0.14,a bank,2026-11-0"
_BILLS_IN = {"deepseek": "CNY"}


@pytest.mark.parametrize(
    "write",
    [
        _rows(_KNOWN, _ALSO, _LATER),
        _rows(_ALSO, _KNOWN),
        _rows(_KNOWN, _ALSO, _LATER | {"provider": "xai"}),
        _add("models.toml", _ALIAS + "2026-11-06\n"),
        _add("models.toml", "\n# a comment\n"),
        _add("fx.csv", _RATE + "6\n"),
    ],
)
def test_what_is_recorded_later_does_not_change_a_pinned_book(
    book: Path, write: Callable[[Path], None]
) -> None:
    pinned, unpinned = _pinned(book), PriceBook(book, currencies=_BILLS_IN)
    before = pinned.revision(), unpinned.revision()
    write(book)
    assert pinned.revision() == before[0]
    assert unpinned.revision() != before[1]


@pytest.mark.parametrize(
    "write",
    [
        _rows(_KNOWN | {"unit_price": "1.5"}, _ALSO),
        _rows(_KNOWN),
        _rows(_KNOWN, _ALSO, _LATER | {"recorded_on": "2026-11-05"}),
        _add("models.toml", _ALIAS + "2026-11-05\n"),
        _add("models.toml", _ALIAS + "2026-11-01\nwithdrawn_on = 2026-11-05\n"),
        _add("fx.csv", _RATE + "5\n"),
        _add("service_tiers.toml", "this is no toml"),
    ],
)
def test_whatever_it_knew_then_does(book: Path, write: Callable[[Path], None]) -> None:
    pinned = _pinned(book)
    before = pinned.revision()
    write(book)
    assert pinned.revision() != before


def test_an_entry_withdrawn_later_is_as_it_was(book: Path) -> None:
    _add("models.toml", _ALIAS + "2026-11-01\n")(book)
    before = PriceBook(book, as_of=_PINNED).revision()
    _add("models.toml", "withdrawn_on = 2026-11-06\n")(book)
    assert PriceBook(book, as_of=_PINNED).revision() == before


@pytest.mark.parametrize("as_of", [_PINNED, None])
def test_a_rate_that_prices_no_request_leaves_the_revision(book: Path, as_of: date | None) -> None:
    """Revenue and bills are converted when they are read, so it makes no day due."""
    here = PriceBook(book, as_of=as_of, currencies=_BILLS_IN)
    before = here.revision()
    _add("fx.csv", _RATES + "2026-11-01,EUR,1.1,a bank,2026-11-01\n")(book)
    assert here.revision() == before
    assert PriceBook(book, as_of=as_of, currencies={"mistral": "EUR"}).revision() != before
