"""The two periods that are compared, as a user writes them.

What is compared in them is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from unitcost.errors import UsageError
from unitcost.months import Month


@dataclass(frozen=True)
class Span:
    """UTC days, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        """As it is written: a day, or first..last."""
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day <= self.last

    def condition(self) -> str:
        """As SQL over `day`."""
        return f"day >= date '{self.first}' and day <= date '{self.last}'"


def parse_span(text: str) -> Span:
    """A month (YYYY-MM), a day (YYYY-MM-DD) or days from first to last (first..last).

    Raises:
        UsageError: it is none of these, or its days are out of order.
    """
    first, dots, last = text.partition("..")
    span = Span(_start(first), _end(last)) if dots else Span(_start(text), _end(text))
    if span.first > span.last:
        message = f"{text}: the first day is after the last"
        raise UsageError(message, "write the earlier day first")
    return span


def _start(text: str) -> date:
    return Month.parse(text).first if len(text) == len("YYYY-MM") else _day(text)


def _end(text: str) -> date:
    return Month.parse(text).last if len(text) == len("YYYY-MM") else _day(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text}: not a period"
        hint = "write a month 2026-10, a day 2026-10-31, or days 2026-10-01..2026-10-14"
        raise UsageError(message, hint) from error
