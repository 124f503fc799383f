"""Loads the price book into a workbench, checked. The price of a request is SQL, not here."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from unitcost.price_book.agreement_checks import check_agreements
from unitcost.price_book.agreements import agreement_tables
from unitcost.price_book.book import PriceBook
from unitcost.price_book.checks import check_book
from unitcost.price_book.contracts import contract_problems, read_contracts
from unitcost.price_book.exchange import read_exchange_rates
from unitcost.price_book.files import refuse_unread_files
from unitcost.price_book.history import price_history
from unitcost.price_book.rows import read_prices
from unitcost.price_book.rules import read_rules
from unitcost.price_book.succession import succession_problems
from unitcost.queries import load_query
from unitcost.statements import run
from unitcost.workbench import create_rows
from unitcost_models.base import Row
from unitcost_models.currencies import BillingCurrency, ExchangeRate
from unitcost_models.price_history import PriceHistory
from unitcost_models.price_sheets import PriceRevision
from unitcost_models.prices import Price

DERIVED = (
    "core.prices_in_force",
    "core.price_keys",
    "core.price_lines",
    "core.price_groups",
    "core.contract_lines",
    "core.sheet_lines",
    "core.price_cards",
)
"""Tables made from the book by SQL, in this order."""


def load_price_book(con: duckdb.DuckDBPyConnection, book: PriceBook | None = None) -> str:
    """Create the price tables in `core` and return the revision of the book.

    Without a book it is the shipped one alone, with everything it knows.

    Raises:
        PriceBookError: every problem of the book, each naming file, line or entry, and the fix.
    """
    book = book or PriceBook()
    revision = book.revision()
    refuse_unread_files(book)
    prices, contracts = read_prices(book), read_contracts(book)
    problems = [*succession_problems(prices), *contract_problems(contracts)]
    for row, rows in _tables(book, revision, prices, [] if problems else prices).items():
        create_rows(con, row, rows)
    for row, rows in agreement_tables(book, [] if problems else contracts).items():
        create_rows(con, row, rows)
    check_book(con, problems)
    for name in DERIVED:
        run(con, f"create or replace table {name} as {load_query(name).text}")
    check_agreements(con)
    return revision


def _tables(
    book: PriceBook, revision: str, prices: Sequence[Price], sound: Sequence[Price]
) -> dict[type[Row], Sequence[Row]]:
    """Every table that is read, and the history of the rows whose succession is sound."""
    currencies = sorted(book.currencies.items())
    return {
        **read_rules(book),
        Price: prices,
        PriceHistory: price_history(sound),
        PriceRevision: [PriceRevision(price_revision=revision, as_of=book.as_of)],
        ExchangeRate: read_exchange_rates(book),
        BillingCurrency: [BillingCurrency(provider=p, currency=c) for p, c in currencies],
    }
