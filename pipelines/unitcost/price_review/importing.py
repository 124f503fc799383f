"""`prices import`, from files to proposals: reads, compares, drafts. Each of these is elsewhere."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.price_book.rows import read_prices
from unitcost.price_review.catalogues import READERS
from unitcost.price_review.catalogues.quotes import Quote, Unmapped
from unitcost.price_review.catalogues.reading import read_document
from unitcost.price_review.drafting import write_drafts
from unitcost.price_review.effect import attach_uses
from unitcost.price_review.opening import loaded, own_book
from unitcost.price_review.proposal import Proposal
from unitcost.price_review.proposing import proposals


class Import(BaseModel):
    """What an import found and wrote."""

    model_config = ConfigDict(frozen=True)

    source: str
    dated: date
    counts: dict[str, int]
    """Prices by verdict."""
    reasons: list[tuple[str, int]]
    """Why prices cannot be mapped, most frequent first."""
    has_uses: bool
    """Whether a warehouse was there to tell the money effect."""
    files: list[str]
    """Files of proposed rows."""
    proposals: list[Proposal]


def import_catalogue(
    home: Path,
    catalogue: tuple[str, str],
    also: dict[str, str],
    dated: date | None,
    out: Path,
) -> Import:
    """Compare a catalogue with the home's book and write its proposals.

    Raises:
        UsageError: a catalogue cannot be read, or `out` is the price book itself.
        PriceBookError: the book itself has problems.
    """
    today = datetime.now(UTC).date()
    source, place = catalogue
    items = _read(source, place)
    others = {name: _read(name, path) for name, path in also.items()}
    book = own_book(home)
    _refuse_tables(out, (book.shipped, Home(home).price_tables))
    with loaded(book) as con:
        has_uses = attach_uses(con, Home(home).warehouse)
        found = proposals(con, (source, items), others, dated or today, has_uses)
        ours = {price.price_id: price for price in read_prices(book)}
        files = write_drafts(out, found, ours, source, (dated or today, today))
    reasons = Counter(p.reason for p in found if p.reason)
    return Import(
        source=source,
        dated=dated or today,
        counts=dict(sorted(Counter(p.verdict for p in found).items())),
        reasons=sorted(reasons.items(), key=lambda each: (-each[1], each[0])),
        has_uses=has_uses,
        files=[str(file) for file in files],
        proposals=found,
    )


def _refuse_tables(out: Path, tables: tuple[Path, Path]) -> None:
    if any(out.resolve().is_relative_to(folder.resolve()) for folder in tables):
        message = f"{out}: holds the price book; proposals are for review and go elsewhere"
        raise UsageError(message, "choose another folder with --out")


def _read(source: str, place: str) -> list[Quote | Unmapped]:
    if source not in READERS:
        message = f"{source}: no such catalogue"
        raise UsageError(message, f"the catalogues are {', '.join(READERS)}")
    try:
        return list(READERS[source](read_document(place)))
    except ValueError as error:
        if isinstance(error, UsageError):
            raise
        message = f"{place}: {error}"
        raise UsageError(message, f"is it the catalogue of {source}?") from None
