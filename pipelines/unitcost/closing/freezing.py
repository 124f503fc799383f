"""Closes a month: its tables, its prices and its own catalogue are as they are, for ever.

What is learnt later is posted as adjustments, in `adjusting.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from pathlib import Path

from unitcost.closing.checks import concerns, quarantined, require_reviewed, unbilled
from unitcost.days.due import changed_closed_days, due_days, input_digests
from unitcost.days.rebuild import shared_inputs
from unitcost.errors import ClosedMonthError, UsageError
from unitcost.lake.catalogue import Catalogue, utc_now
from unitcost.lake.closed import Terms, freeze
from unitcost.lake.publish import write_catalogue
from unitcost.months import Month
from unitcost.reading.arriving import arrivals
from unitcost.reconciling.rates import rates_are_published
from unitcost.session import Session, open_session
from unitcost.tables import published_models
from unitcost_models.closed_months import ClosedMonth

LOG = logging.getLogger("unitcost")
_NIGHTLY = "run `unitcost nightly` first"


def close_month(root: Path, month: Month, accepted: Collection[str] = ()) -> ClosedMonth:
    """Freeze a month; its catalogue is written first, then one rename makes it closed.

    `accepted` names concerns that the month may be closed over.

    Raises:
        UsageError: the month is not over, closed already, or holds nothing.
        ClosedMonthError: its tables are not final: something is new, due, failed or out of order;
            or there is a concern that is not accepted.
        LockedError: another process is writing.
    """
    _require_over(month)
    with open_session(root) as session:
        _require_open(session.catalogue, month)
        _require_order(session.catalogue, month)
        _require_final(session, month)
        found = [name for name, _ in concerns(session, month)]
        require_reviewed(session, month, accepted)
        for provider, metered in unbilled(session, month):
            LOG.warning(
                "%s: no bill of %s; %s USD are metered only", month, provider, f"{metered:f}"
            )
        return _close(session, month, found)


def _close(session: Session, month: Month, accepted: Iterable[str]) -> ClosedMonth:
    book = session.book
    priced_on = book.as_of or utc_now().date()
    refused = quarantined(session.catalogue)
    terms = Terms(book.revision(), priced_on, refused, tuple(accepted))
    own = freeze(session.catalogue, month, terms)
    target = session.home.closed / f"{month}.duckdb"
    write_catalogue(session.home, own, published_models(), session.run_id, target)
    session.publish()
    return session.catalogue.closed[str(month)]


def _require_over(month: Month) -> None:
    today = utc_now().date()
    if month.last >= today:
        message = f"{month} is not over: today is {today} (UTC)"
        raise UsageError(message, f"close it on {month.next().first} or later")


def _require_open(catalogue: Catalogue, month: Month) -> None:
    closed = catalogue.closed.get(str(month))
    if closed is not None:
        message = f"{month} was closed at {closed.closed_at:%Y-%m-%d %H:%M} UTC, for good"
        raise UsageError(message, "what changed since is in core.adjustments")
    if not any(day in month for day in catalogue.days):
        message = f"{month} has no built day; there is nothing to close"
        raise UsageError(message, "`select distinct day from meta.days` shows what there is")


def _require_order(catalogue: Catalogue, month: Month) -> None:
    """Books are closed in order, so that a closed month rests on closed ones only."""
    earlier = sorted(d for d in catalogue.days if d < month.first and not catalogue.is_closed(d))
    if earlier:
        before = Month.of_day(earlier[0])
        message = f"{before} is open and before {month}; run `unitcost close {before}` first"
        raise ClosedMonthError(message)


def _require_final(session: Session, month: Month) -> None:
    catalogue = session.catalogue
    new = arrivals(session)
    if new:
        message = f"{len(new)} files in landing are not read yet, first {new[0].name}; {_NIGHTLY}"
        raise ClosedMonthError(message)
    digests = input_digests(catalogue, shared_inputs(session), set())
    due = [day for day in due_days(catalogue, digests, month.last) if day in month]
    due += changed_closed_days(catalogue, digests, month.last)
    due += [d.day for d in catalogue.days.values() if d.day in month and d.is_provisional]
    if due:
        message = f"{month} is not final: {len(due)} days are due, first {min(due)}; {_NIGHTLY}"
        raise ClosedMonthError(message)
    if not rates_are_published(session):
        message = f"{month} is not final: exchange rates are not read yet; {_NIGHTLY}"
        raise ClosedMonthError(message)
    _require_passed(catalogue, month)


def _require_passed(catalogue: Catalogue, month: Month) -> None:
    failed = [
        check
        for (_, day), check in sorted(catalogue.checks.items())
        if day in month and check.severity == "error" and check.bad_rows
    ]
    if failed:
        first = f"{failed[0].check_name} on {failed[0].day}: {failed[0].example}"
        message = f"{month} has {len(failed)} failed checks, first {first}; mend the data, nightly"
        raise ClosedMonthError(message)
