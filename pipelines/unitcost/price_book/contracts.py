"""Which contracts hold, as known on the book's day, and which of several wins.

Contracts are read as price rows are; what `supersedes` means is the same. What they do to a price
is SQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitcost.price_book.book import PriceBook
from unitcost.price_book.history import Interval, in_force
from unitcost.price_book.rows import read_rows
from unitcost_models.contracts import Contract, ContractInForce

CONTRACTS = "contracts.csv"
_MODEL_RANKS = 3


def read_contracts(book: PriceBook) -> list[Contract]:
    """Every contract of the book, whatever it knew by `as_of`; errors as in `read_rows`."""
    return read_rows(book, Contract, CONTRACTS)


def contracts_in_force(known: Sequence[Contract]) -> list[ContractInForce]:
    """The contracts that hold at some time, each with its interval."""
    held = in_force(known)
    return [_held(row, held[row.contract_id]) for row in known if row.contract_id in held]


def _held(row: Contract, interval: Interval) -> ContractInForce:
    kept = {name: getattr(row, name, None) for name in ContractInForce.model_fields}
    start, stop = interval
    return ContractInForce.model_validate(
        kept | {"valid_from": start, "valid_to": stop, "specificity": specificity(row)}
    )


def specificity(row: Contract) -> int:
    """Account, then model, meter, region, tier and platform: the earlier one decides alone."""
    model = 0 if row.model_key == "*" else 1 if row.model_key.startswith("family:") else 2
    rank = int(row.account_id != "*") * _MODEL_RANKS + model
    for name in (row.meter, row.region_scope, row.service_tier, row.platform):
        rank = rank * 2 + int(name != "*")
    return rank


def contract_problems(contracts: Sequence[Contract]) -> list[str]:
    """Every row that supersedes what it may not, as sentences with file and line."""
    rows = {row.contract_id: row for row in contracts}
    return [text for row in contracts for text in _succession(row, rows)]


def _succession(row: Contract, rows: dict[str, Contract]) -> Iterator[str]:
    if row.supersedes is None:
        return
    older = rows.get(row.supersedes)
    if older is None:
        yield f"{_place(row)}: supersedes {row.supersedes}, which is not there; correct the id"
    elif older.recorded_on > row.recorded_on:
        yield f"{_place(row)}: recorded before {_place(older)}, which it supersedes"
    elif _returns(row, rows):
        yield f"{_place(row)}: supersedes {_place(older)}, which supersedes it; name the older row"


def _returns(row: Contract, rows: dict[str, Contract]) -> bool:
    seen: set[str] = set()
    step: Contract | None = row
    while step is not None and step.contract_id not in seen:
        seen.add(step.contract_id)
        step = rows.get(step.supersedes or "")
    return step is row


def _place(row: Contract) -> str:
    return f"{row.source_file}:{row.source_line}"
