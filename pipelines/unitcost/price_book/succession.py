"""What `supersedes` may name. Only when this holds does a chain of rows have a meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from unitcost_models.prices import Price

_LIST = ("provider", "platform", "region_scope", "model_key", "service_tier", "meter", "currency")


def succession_problems(prices: Sequence[Price]) -> list[str]:
    """Every row that supersedes what it may not, as sentences with file, line and fix."""
    rows = {row.price_id: row for row in prices}
    problems = [*_repeated_ids(prices)]
    for row in prices:
        if row.supersedes is not None:
            older = rows.get(row.supersedes)
            said = _said(row, older, rows) if older else _NOT_THERE.format(row.supersedes)
            problems += [f"{row.source_file}:{row.source_line}: {said}"] if said else []
    return problems


_NOT_THERE = "supersedes {} is not in the book; write the price_id of the row that it replaces"


def _repeated_ids(prices: Sequence[Price]) -> Iterator[str]:
    times = Counter(row.price_id for row in prices)
    last = {row.price_id: row for row in prices if times[row.price_id] > 1}
    for row in last.values():
        yield (
            f"{row.source_file}:{row.source_line}: price_id {row.price_id} is used by another "
            "row; an id names one row for ever"
        )


def _said(row: Price, older: Price, rows: dict[str, Price]) -> str | None:
    """What is wrong with one succession, if anything."""
    place = f"{older.price_id} ({older.source_file}:{older.source_line})"
    if _returns(row, rows):
        return f"supersedes {place}, which supersedes it in turn; name the older row"
    if older.recorded_on > row.recorded_on:
        return f"recorded before {place}, which it supersedes; correct recorded_on"
    if row.change_kind == "correction":
        return None
    other = [name for name in _LIST if getattr(row, name) != getattr(older, name)]
    if other:
        return (
            f"supersedes {place}, which has another {other[0]}; a {row.change_kind} continues "
            "the same price, and only a correction may move it"
        )
    if older.valid_from and row.valid_from and row.valid_from <= older.valid_from:
        return (
            f"leaves {place} no time to hold; a row that was wrong from its start is replaced by "
            "change_kind = correction"
        )
    return None


def _returns(row: Price, rows: dict[str, Price]) -> bool:
    """Whether following `supersedes` from the row leads back to it."""
    seen: set[str] = set()
    step: Price | None = row
    while step is not None and step.price_id not in seen:
        seen.add(step.price_id)
        step = rows.get(step.supersedes or "")
    return step is row
