"""Writes proposals as rows of the book's own form, for a person to review and append.

Nothing in a price book is touched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from unitcost.drafts import appearing
from unitcost.price_book.canonical import written
from unitcost.price_book.rows import CSV_COLUMNS
from unitcost.price_review.proposal import Proposal
from unitcost_models.prices import Price

_TIERS_SEEN_FROM = "2025-01-01"
_PROPOSED = ("differs", "new price", "new model")
_List = tuple[str | None, ...]
_PLACE = ("provider", "platform", "region_scope", "model_key", "service_tier", "meter")
"""The columns that name a list and meter."""


@dataclass(frozen=True)
class _Book:
    rows: Mapping[str, Price]
    bounds: Mapping[_List, set[int]]
    """Where context bands start, drafts included."""
    lists: set[_List]
    """Lists and meters that have a price at some time."""


def write_drafts(
    folder: Path,
    found: Sequence[Proposal],
    ours: Mapping[str, Price],
    source: str,
    days: tuple[date, date],
) -> list[Path]:
    """Files of proposed rows below a folder; `days` are the catalogue's and today."""
    drafted = [p for p in found if p.verdict in _PROPOSED and not p.is_past]
    book = _Book(ours, _bounds(drafted, ours.values()), {_list_of_row(r) for r in ours.values()})
    files: dict[Path, list[dict[str, str]]] = {}
    for proposal in drafted:
        file = folder / str(proposal.provider) / f"{proposal.platform}.csv"
        cells = _cells(proposal, book, source, days)
        files.setdefault(file, []).append(cells)
    for file, rows in files.items():
        text = written([row.get(column, "") for column in CSV_COLUMNS] for row in rows)
        with appearing(file) as draft:
            draft.write_text(text, encoding="utf-8")
    return [*sorted(files), *_write_models(folder, drafted)]


def _cells(p: Proposal, book: _Book, source: str, days: tuple[date, date]) -> dict[str, str]:
    """One proposed row."""
    dated, today = days
    old = _replaced(p, book.rows)
    start, basis = _start(p, dated, book)
    ctx_gt, ctx_le = (old.ctx_gt, old.ctx_le) if old else (p.ctx_gt, _ctx_le(p, book.bounds))
    is_future = start is not None and start > dated
    return {
        **dict(zip(_PLACE, map(str, _list_of(p)), strict=True)),
        "price_id": _unused(_price_id(p, ctx_gt, start), book.rows),
        "unit": str(p.unit),
        "per": str(p.per),
        "unit_price": f"{(p.theirs or Decimal(0)).normalize():f}",
        "currency": "USD",
        **_band(ctx_gt, ctx_le),
        "valid_from": f"{start}T00:00:00Z" if start else "",
        "valid_from_basis": "announced" if is_future else basis,
        "status": "announced" if is_future else "in_force",
        "layer": "list",
        "recorded_on": today.isoformat(),
        "supersedes": old.price_id if old else "",
        "change_kind": "price_change" if old else "new",
        "first_seen": dated.isoformat(),
        "sources": " ".join(sorted([f"{source}@{dated}", *_agreeing(p)])),
        "confirmation": _confirmation(p),
        "note": "proposed; confirm with the provider's page" + (f"; was {p.ours:f}" if old else ""),
    }


def _band(ctx_gt: int | None, ctx_le: int | None) -> dict[str, str]:
    bounds = {"ctx_gt": ctx_gt, "ctx_le": ctx_le}
    cells = {name: "" if bound is None else str(bound) for name, bound in bounds.items()}
    return cells | {"ctx_basis": "prompt_total" if any(cells.values()) else ""}


def _price_id(p: Proposal, ctx_gt: int | None, start: date | None) -> str:
    band = f">{ctx_gt}" if ctx_gt is not None else ""
    place = (p.provider, p.platform, p.region_scope, p.model, p.service_tier)
    return "/".join([*(str(part) for part in place), f"{p.meter}{band}@{start or 'start'}"])


def _replaced(p: Proposal, ours: Mapping[str, Price]) -> Price | None:
    """Our row, where it is this model's own; a family's or provider's row stays."""
    row = ours.get(p.price_id or "")
    same = row and (row.region_scope, row.model_key, row.service_tier, row.meter)
    return row if same == (p.region_scope, p.model, p.service_tier, p.meter) else None


def _start(p: Proposal, dated: date, book: _Book) -> tuple[date | None, str]:
    """From when: never over a time for which the book has a price of its own."""
    if p.valid_from or _list_of(p) in book.lists:
        return p.valid_from or dated, "observed_bounds"
    is_open = p.service_tier == "standard"
    return (None if is_open else date.fromisoformat(_TIERS_SEEN_FROM)), "first_seen"


def _ctx_le(p: Proposal, bounds: Mapping[_List, set[int]]) -> int | None:
    """Where the row's band ends: at the next longer one of the same list and meter."""
    above = -1 if p.ctx_gt is None else p.ctx_gt
    return min((bound for bound in bounds.get(_list_of(p), ()) if bound > above), default=None)


def _bounds(drafted: Iterable[Proposal], ours: Iterable[Price]) -> dict[_List, set[int]]:
    """Where context bands start, by list and meter, in the book as it would be."""
    found: dict[_List, set[int]] = {}
    starts = [(_list_of(p), p.ctx_gt) for p in drafted]
    starts += [(_list_of_row(row), row.ctx_gt) for row in ours if row.valid_to is None]
    for listed, start in starts:
        if start is not None:
            found.setdefault(listed, set()).add(start)
    return found


def _list_of(p: Proposal) -> _List:
    return (p.provider, p.platform, p.region_scope, p.model, p.service_tier, p.meter)


def _list_of_row(r: Price) -> _List:
    return (r.provider, r.platform, r.region_scope, r.model_key, r.service_tier, r.meter)


def _unused(name: str, ours: Mapping[str, Price]) -> str:
    """The name, or the first numbered one that no row of the book has."""
    taken = name
    number = 2
    while taken in ours:
        taken, number = f"{name}.{number}", number + 1
    return taken


def _agreeing(p: Proposal) -> list[str]:
    return [name for name, price in p.others.items() if price == p.theirs]


def _confirmation(p: Proposal) -> str:
    dissent = "_with_dissent" if p.agreeing <= len(p.others) else ""
    return ("confirmed" if p.agreeing > 1 else "single") + dissent


def _write_models(folder: Path, drafted: Iterable[Proposal]) -> list[Path]:
    """The [[model]] entries that new models need."""
    new = [p for p in drafted if p.verdict == "new model"]
    makers = {str(p.model): str(p.provider) for p in new}
    makers |= {str(p.model): str(p.provider) for p in new if p.platform == "direct"}
    if not makers:
        return []
    entries = [
        f"[[model]]\nkey = {json.dumps(key)}\nprovider = {json.dumps(maker)}\n"
        for key, maker in sorted(makers.items())
    ]
    file = folder / "models.toml"
    with appearing(file) as draft:
        draft.write_text("\n".join(entries), encoding="utf-8")
    return [file]
