"""Days that cost something though nothing was recorded of them: of fees and commitments."""

from __future__ import annotations

from datetime import date, timedelta

from unitcost.days.due import input_digests
from unitcost.months import Month
from unitcost.price_book.agreements import commitments
from unitcost.session import Session


def paid_days(session: Session, through: date) -> set[date]:
    """Open days up to `through` that have a part of a fee or of a commitment's cost.

    Raises:
        PriceBookError: the book's commitments cannot be read.
    """
    known = {day for day in input_digests(session.catalogue, "", {through}) if day <= through}
    days = _fee_days(session, known, through) | _commitment_days(session, min(known), through)
    return {day for day in days if not session.catalogue.is_closed(day)}


def _fee_days(session: Session, known: set[date], through: date) -> set[date]:
    """Of months with records, from their first day on: the parts of a fee add up to it."""
    fees = [rule for rule in session.settings.allocation.rules if rule.is_fee]
    months = {Month.of_day(day) for day in known} if fees else set()
    days = {day for month in months for day in _days(month.first, min(month.last, through))}
    return {day for day in days if any(fee.holds_on(day) for fee in fees)}


def _commitment_days(session: Session, first: date, through: date) -> set[date]:
    """From the first day with records on: what was paid before is of a time not looked at."""
    days: set[date] = set()
    for commitment in commitments(session.book):
        start = max(first, commitment.valid_from.date())
        end = commitment.valid_to
        last = through if end is None else min(through, (end - timedelta.resolution).date())
        days.update(_days(start, last))
    return days


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]
