"""The tables of what is agreed with providers, as known on the book's day.

How contracts succeed one another is in `contracts`, what only the whole book can tell in
`agreement_checks`. What agreements do to a cost is SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, TypeVar

from unitcost.price_book.book import PriceBook
from unitcost.price_book.contracts import contracts_in_force
from unitcost.price_book.rows import read_rows
from unitcost_models.agreements import AccountAllowance, Allowance, Commitment
from unitcost_models.base import Row
from unitcost_models.contracts import Contract, ContractInForce
from unitcost_models.credits import Credit


class _Recorded(Protocol):
    @property
    def recorded_on(self) -> date: ...


R = TypeVar("R", bound=_Recorded)


def agreement_tables(
    book: PriceBook, contracts: Sequence[Contract]
) -> dict[type[Row], Sequence[Row]]:
    """Every contract, and of all agreements what the book knew; errors as in `read_rows`."""
    return {
        Contract: contracts,
        ContractInForce: contracts_in_force(_known(book, contracts)),
        Commitment: commitments(book),
        Allowance: _known(book, read_rows(book, Allowance, "allowances.csv")),
        Credit: _known(book, read_rows(book, Credit, "credits.csv")),
        AccountAllowance: _known(book, read_rows(book, AccountAllowance, "account_allowances.csv")),
    }


def commitments(book: PriceBook) -> list[Commitment]:
    """Every commitment that the book knew; errors as in `read_rows`."""
    return _known(book, read_rows(book, Commitment, "commitments.csv"))


def _known(book: PriceBook, rows: Sequence[R]) -> list[R]:
    return [row for row in rows if book.knew(row.recorded_on)]
