"""`prices show`: the answer to "what would this cost, and why" as one object."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pydantic import BaseModel, ConfigDict

from unitcost.errors import UsageError
from unitcost.price_book.book import PriceBook
from unitcost.price_review.contracted import ContractedPrice, contracted_prices
from unitcost.price_review.lookup import MeterPrice, Question, Row, look_up
from unitcost.price_review.opening import loaded
from unitcost.price_review.reasons import list_reasons, reasons


class ShownPrice(MeterPrice):
    """The row that prices one meter."""

    valid_from: datetime | None
    valid_to: datetime | None
    price_id: str
    status: str
    confirmation: str
    recorded_on: date
    sources: str
    note: str | None
    where: str
    """File and line of the row."""
    why: list[str]


class Shown(BaseModel):
    """A model's prices at one instant."""

    model_config = ConfigDict(frozen=True)

    spelling: str
    model: str
    rule: str
    """How the spelling was matched, as in steps.model_ids."""
    on: datetime
    provider: str
    platform: str
    region_scope: str
    service_tier: str
    why: list[str]
    """Why this list."""
    prices: list[ShownPrice]
    """List prices."""
    contracted: list[ContractedPrice]
    """What the account pays instead, meter by meter; empty where no contract says."""


def instant(text: str | None) -> datetime:
    """A day (its first moment) or an instant, UTC where no zone is named; now if not given.

    Raises:
        UsageError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now(UTC).replace(microsecond=0)
    except ValueError:
        message = f"--on {text}: not an instant"
        raise UsageError(message, "such as 2026-11-01 or 2026-11-01T16:00Z") from None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def show_prices(book: PriceBook, asked: Question) -> Shown:
    """The prices that the book would charge.

    Raises:
        NotInBook: no such model or list.
        PriceBookError: the book has problems.
    """
    with loaded(book) as con:
        found, lines = look_up(con, asked)
        prices = [_shown(line, list(reasons(con, found, line, asked.on))) for line in lines]
        contracted = contracted_prices(con, asked, found)
    return Shown(
        spelling=asked.spelling,
        model=found["model"],
        rule=found["rule"],
        on=asked.on,
        provider=found["provider"],
        platform=found["platform"],
        region_scope=found["list_region_scope"],
        service_tier=found["list_service_tier"],
        why=list_reasons(found),
        prices=prices,
        contracted=contracted,
    )


def _shown(line: Row, why: list[str]) -> ShownPrice:
    where = f"{line['source_file']}:{line['source_line']}"
    cells = {name: line.get(name) for name in ShownPrice.model_fields}
    return ShownPrice.model_validate(cells | {"where": where, "why": why})
