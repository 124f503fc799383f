"""When each price row holds, as the book knew it from day to day: what `supersedes` means.

A row is never edited; later rows end, void or replace it. Here is the one place that says how:

- a `price_change` or `retire` ends the row that it supersedes at its own `valid_from`;
- a `correction` voids the row that it supersedes, as if that had never been, and stands in for it:
  it ends what the void row had ended, and what had ended the void row ends it;
- a correction with status `cancelled` voids and puts nothing in the place: what the void row had
  ended goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from unitcost_models.price_history import PriceHistory
from unitcost_models.prices import Price

Interval = tuple[datetime | None, datetime | None]


class Succeeding(Protocol):
    """A row that may change, correct or end another one: a price, or a contract."""

    @property
    def price_id(self) -> str:
        """Stable name of the row."""

    @property
    def valid_from(self) -> datetime | None:
        """Inclusive; None = open to the past."""

    @property
    def valid_to(self) -> datetime | None:
        """Exclusive; None = open."""

    @property
    def status(self) -> str:
        """`cancelled` where it calls the other off."""

    @property
    def supersedes(self) -> str | None:
        """The other row."""

    @property
    def change_kind(self) -> str:
        """price_change, correction, retire or new."""


def price_history(prices: Iterable[Price]) -> list[PriceHistory]:
    """Every row's interval for every period of knowledge, in the order of price_id.

    The rows must not supersede each other in a circle, and each id must be used once.
    """
    found = [row for chain in chains(prices) for row in _chain_history(chain)]
    return sorted(found, key=lambda row: (row.price_id, row.known_from))


def chains(prices: Iterable[Price]) -> Iterator[list[Price]]:
    """Rows that supersede one another, together; a row that has no part in it is alone."""
    rows = {row.price_id: row for row in prices}
    members: dict[str, list[Price]] = defaultdict(list)
    roots: dict[str, str] = {}
    for row in rows.values():
        path = [row.price_id]
        while path[-1] not in roots and (older := rows[path[-1]].supersedes) in rows:
            path.append(str(older))
        root = roots.get(path[-1], path[-1])
        roots.update(dict.fromkeys(path, root))
        members[root].append(row)
    yield from members.values()


def _chain_history(chain: list[Price]) -> Iterator[PriceHistory]:
    """The intervals of one chain; a period of knowledge ends where a row's interval changes."""
    days = sorted({row.recorded_on for row in chain})
    held = [in_force([r for r in chain if r.recorded_on <= day]) for day in days]
    for row in chain:
        spans = [intervals.get(row.price_id) for intervals in held]
        changed = [n for n, span in enumerate(spans) if n == 0 or span != spans[n - 1]]
        until = [*(days[n] for n in changed[1:]), None]
        for n, known_to in zip(changed, until, strict=True):
            if (span := spans[n]) is not None:
                yield _history(row, span, days[n], known_to)


def _history(row: Price, span: Interval, known_from: date, known_to: date | None) -> PriceHistory:
    return PriceHistory(
        price_id=row.price_id,
        known_from=known_from,
        known_to=known_to,
        valid_from=span[0],
        valid_to=span[1],
    )


def in_force(known: Sequence[Succeeding]) -> dict[str, Interval]:
    """price_id -> interval, for the rows of a chain that hold at some time, as known together."""
    chain = _Chain(known)
    ends = chain.ends()
    held: dict[str, Interval] = {}
    for row in known:
        stop = min((e for e in (row.valid_to, ends.get(row.price_id)) if e), default=None)
        is_ever = stop is None or row.valid_from is None or row.valid_from < stop
        if is_ever and chain.acts(row) and row.change_kind != "retire":
            held[row.price_id] = (row.valid_from, stop)
    return held


class _Chain:
    """Rows as known on one day, and what they do to each other."""

    def __init__(self, known: Sequence[Succeeding]) -> None:
        self._rows = {row.price_id: row for row in known}
        self._corrections: dict[str | None, list[Succeeding]] = defaultdict(list)
        for row in known:
            if row.change_kind == "correction":
                self._corrections[row.supersedes].append(row)

    def acts(self, row: Succeeding) -> bool:
        """Whether the row is neither void nor a mere cancellation."""
        return row.status != "cancelled" and not self._voided_by(row)

    def ends(self) -> dict[str, datetime]:
        """price_id -> the instant at which another row ends it."""
        ends: dict[str, datetime] = {}
        for row in filter(self.acts, self._rows.values()):
            for ended in (heir for target in self._ended_by(row) for heir in self._heirs(target)):
                if row.valid_from is not None:
                    known = ends.get(ended.price_id, row.valid_from)
                    ends[ended.price_id] = min(known, row.valid_from)
        return ends

    def _voided_by(self, row: Succeeding) -> list[Succeeding]:
        """The corrections of the row that have not themselves been called off."""
        return [c for c in self._corrections[row.price_id] if not self._is_called_off(c)]

    def _is_called_off(self, row: Succeeding) -> bool:
        voiding = self._voided_by(row)
        return bool(voiding) and all(c.status == "cancelled" for c in voiding)

    def _ended_by(self, row: Succeeding) -> list[Succeeding]:
        """The row that it ends: its own target, or that of the row it stands in for."""
        target = self._rows.get(row.supersedes or "")
        if target is None:
            return []
        return self._ended_by(target) if row.change_kind == "correction" else [target]

    def _heirs(self, row: Succeeding) -> list[Succeeding]:
        """Who bears what is done to the row: itself, what corrects it, or what it had ended."""
        voiding = self._voided_by(row)
        if not voiding:
            return [row]
        standing_in = [c for c in voiding if c.status != "cancelled"]
        return [heir for r in standing_in or self._ended_by(row) for heir in self._heirs(r)]
