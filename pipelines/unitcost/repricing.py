"""What the published costs would be by what is known now, or was known on a day.

Nothing is written here; the nightly run brings the tables there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from unitcost.closing.restating import restate
from unitcost.days.due import changed_closed_days, due_days, input_digests
from unitcost.days.rebuild import only_prices_changed, shared_inputs
from unitcost.errors import UsageError
from unitcost.lake.catalogue import utc_now
from unitcost.queries import load_query
from unitcost.reading.arriving import arrivals
from unitcost.session import Session, read_session
from unitcost.workbench import run_steps

_REPRICED = "steps.repriced"


class Repriced(BaseModel):
    """The requests of one model on one day of which at least one costs something else."""

    model_config = ConfigDict(frozen=True)

    day: date
    is_closed: bool
    """Whether the difference is posted as an adjustment; else the day is built again."""
    provider: str
    model: str
    requests_changed: int
    unpriced_before: int
    """Requests without a cost: 0 in before_usd."""
    unpriced_after: int
    before_usd: Decimal
    """All requests of the model on the day as published, adjustments included."""
    after_usd: Decimal
    difference_usd: Decimal


class Totals(BaseModel):
    """The rows of the open or of the closed months, added up."""

    model_config = ConfigDict(frozen=True)

    is_closed: bool
    requests_changed: int
    before_usd: Decimal
    after_usd: Decimal
    difference_usd: Decimal


class RepriceReport(BaseModel):
    """Before, after and difference wherever they differ."""

    model_config = ConfigDict(frozen=True)

    as_of: date | None
    """The day whose knowledge prices; None: everything known."""
    price_revision: str
    rows: tuple[Repriced, ...]
    totals: tuple[Totals, ...]
    unread_files: int
    """Files in landing that no run has read; what they change is not in the rows."""


def reprice_report(root: Path, as_of: date | None = None) -> RepriceReport:
    """Compute every published day whose inputs are others than it was made from, and compare.

    Raises:
        UsageError: nothing was published yet.
    """
    with read_session(root) as session:
        if not session.home.warehouse.is_file():
            message = f"{session.home.warehouse}: there is no warehouse yet"
            raise UsageError(message, "run `unitcost nightly` first")
        if as_of is not None:
            session.book = replace(session.book, as_of=as_of)
        rows = tuple(_rows(session))
        return RepriceReport(
            as_of=session.book.as_of,
            price_revision=session.book.revision(),
            rows=rows,
            totals=tuple(_totals(rows)),
            unread_files=len(arrivals(session)),
        )


def _rows(session: Session) -> Iterable[Repriced]:
    catalogue, today = session.catalogue, utc_now().date()
    digests = input_digests(catalogue, shared_inputs(session), set())
    due = [day for day in due_days(catalogue, digests, today) if day in catalogue.days]
    days = sorted({*due, *changed_closed_days(catalogue, digests, today)})
    repriced = only_prices_changed(session) if days else set()
    for day in days:
        yield from _day_rows(session, day, day in repriced)


def _day_rows(session: Session, day: date, is_counted_as_built: bool) -> Iterable[Repriced]:
    with session.workbench() as con:
        restate(session, con, day, is_counted_as_built)
        run_steps(con, ["steps.request_changes"], day)
        answer = con.execute(load_query(_REPRICED).bind(day))
        names = [column[0] for column in answer.description or ()]
        rows = answer.fetchall()
    is_closed = session.catalogue.is_closed(day)
    return [
        Repriced(is_closed=is_closed, **dict(zip(names, values, strict=True))) for values in rows
    ]


def _totals(rows: Iterable[Repriced]) -> Iterable[Totals]:
    for is_closed in (False, True):
        held = [row for row in rows if row.is_closed == is_closed]
        yield Totals(
            is_closed=is_closed,
            requests_changed=sum(row.requests_changed for row in held),
            before_usd=sum((row.before_usd for row in held), Decimal(0)),
            after_usd=sum((row.after_usd for row in held), Decimal(0)),
            difference_usd=sum((row.difference_usd for row in held), Decimal(0)),
        )
