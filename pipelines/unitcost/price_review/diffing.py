"""What differs between two price books: one line a row or id, in a stable order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from unitcost.price_book.history import Interval
from unitcost.price_review.sides import Side
from unitcost_models.prices import Price

Kind = Literal[
    "added", "price change", "correction", "retired", "cancelled", "ended", "reopened", "voided",
    "removed", "edited", "id added", "id removed", "id changed",
]  # fmt: skip


class Change(BaseModel):
    """One difference from the first book to the second."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    what: str
    """The price_id, or the model's id."""
    before: str | None = None
    """Price or model before."""
    after: str | None = None
    per: int | None = None
    percent: Decimal | None = None
    """Of the price before; None where there was none, or it was 0."""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    where: str | None = None
    """File and line of the row."""


def changes(a: Side, b: Side) -> list[Change]:
    """Every difference, prices before ids, each in alphabetical order."""
    return [*_prices(a, b), *_ids(a, b)]


def _prices(a: Side, b: Side) -> Iterator[Change]:
    for price_id in sorted(a.rows.keys() | b.rows.keys()):
        if price_id not in b.rows:
            yield _line("removed", a.rows[price_id], a.held.get(price_id))
        elif price_id not in a.rows:
            yield _appended(b.rows[price_id], a, b)
        elif _facts(a.rows[price_id]) != _facts(b.rows[price_id]):
            yield _edited(a.rows[price_id], b.rows[price_id], b.held.get(price_id))
        elif a.held.get(price_id) != b.held.get(price_id):
            yield _moved(b.rows[price_id], a.held.get(price_id), b.held.get(price_id))


def _appended(row: Price, a: Side, b: Side) -> Change:
    """A new row, beside the price it takes the place of."""
    held = b.held.get(row.price_id)
    old = a.rows.get(row.supersedes or "") or b.rows.get(row.supersedes or "")
    if row.status == "cancelled":
        return _line("cancelled", row, held, old)
    kinds: dict[str, Kind] = {
        "price_change": "price change",
        "correction": "correction",
        "retire": "retired",
    }
    return _line(kinds.get(row.change_kind, "added"), row, held, old)


def _line(kind: Kind, row: Price, held: Interval | None, old: Price | None = None) -> Change:
    before, after = (row, None) if kind == "removed" else (old, row)
    start, end = held or (row.valid_from, row.valid_to)
    return Change(
        kind=kind,
        what=row.price_id,
        before=before.unit_price if before else None,
        after=after.unit_price if after and kind != "cancelled" else None,
        per=row.per,
        percent=_percent(before, after) if kind != "cancelled" else None,
        valid_from=start,
        valid_to=end,
        where=f"{row.source_file}:{row.source_line}",
    )


def _edited(before: Price, after: Price, held: Interval | None) -> Change:
    """The book is append-only: a row that says something else was edited."""
    return _line("edited", after, held, before)


def _moved(row: Price, before: Interval | None, after: Interval | None) -> Change:
    kind: Kind = "reopened"
    if after is None:
        kind = "voided"
    elif before is not None and after[1] is not None:
        kind = "ended"
    return _line(kind, row, after or before, row)


def _percent(before: Price | None, after: Price | None) -> Decimal | None:
    if not before or not after or None in (before.price_per_unit, after.price_per_unit):
        return None
    old, new = Decimal(str(before.price_per_unit)), Decimal(str(after.price_per_unit))
    return ((new - old) / old * 100).quantize(Decimal("0.01")) if old else None


def _facts(row: Price) -> dict[str, object]:
    """What the row says, wherever it stands."""
    return row.model_dump(exclude={"source_file", "source_line"})


def _ids(a: Side, b: Side) -> Iterator[Change]:
    for key in sorted(a.aliases.keys() | b.aliases.keys(), key=str):
        before, after = a.aliases.get(key), b.aliases.get(key)
        alias, (start, end) = key
        kind: Kind = "id changed"
        if before is None or after is None:
            kind = "id added" if before is None else "id removed"
        if before != after:
            yield Change(
                kind=kind, what=alias, before=before, after=after, valid_from=start, valid_to=end
            )
