"""Reads `fx.csv`: recorded exchange rates, one a currency and day. Nothing is converted here."""

from __future__ import annotations

from unitcost.price_book.book import RATES, PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import read_rows
from unitcost_models.currencies import ExchangeRate


def read_exchange_rates(book: PriceBook) -> list[ExchangeRate]:
    """The rates that the book knew by `as_of`; of two for one day the one learnt last.

    Raises:
        PriceBookError: a line that breaks the contract, or two rates learnt on the same day.
    """
    learnt: dict[tuple[str, object, object], ExchangeRate] = {}
    problems: list[str] = []
    for rate in read_rows(book, ExchangeRate, RATES):
        first = learnt.setdefault((rate.currency, rate.day, rate.recorded_on), rate)
        if first is not rate:
            problems.append(_twice(rate, first))
    if problems:
        raise PriceBookError(problems)
    known = sorted(filter(lambda rate: book.knew(rate.recorded_on), learnt.values()), key=_order)
    return list({(rate.currency, rate.day): rate for rate in known}.values())


def _order(rate: ExchangeRate) -> tuple[object, ...]:
    return (rate.currency, rate.day, rate.recorded_on)


def _twice(rate: ExchangeRate, first: ExchangeRate) -> str:
    return (
        f"{rate.source_file}:{rate.source_line}: {rate.currency} has another rate for {rate.day} "
        f"({first.source_file}:{first.source_line}) recorded on the same day; keep one, or correct "
        "recorded_on"
    )
