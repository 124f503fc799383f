"""The days an export holds: a month, a range, or all.

What is written of them is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from unitcost.errors import UsageError
from unitcost.months import Month


@dataclass(frozen=True)
class Period:
    """UTC days, both ends included; None is open."""

    first: date | None
    last: date | None
    suffix: str
    """For the name of a file; an open range says which end it has."""

    @classmethod
    def of(cls, month: str | None, first: date | None, last: date | None) -> Period:
        """A month, or days from first to last.

        Raises:
            UsageError: both are given, the month is no month, or the days are out of order.
        """
        if month and (first or last):
            message = "--month and --from/--to exclude each other"
            raise UsageError(message, "give one of them")
        if month:
            return cls.of_month(Month.parse(month))
        if first and last and first > last:
            message = f"--from {first} is after --to {last}"
            raise UsageError(message, "both are UTC days, and both are included")
        ends = (("from", first), ("to", last))
        is_open = not (first and last)
        named = (f"-{word}-{day}" if is_open else f"-{day}" for word, day in ends if day)
        return cls(first, last, "".join(named))

    @classmethod
    def of_month(cls, month: Month) -> Period:
        """A whole month."""
        return cls(month.first, month.last, f"-{month}")

    @property
    def month(self) -> Month | None:
        """The month that it is, if it is one."""
        month = Month.of_day(self.first) if self.first else None
        return month if month and (month.first, month.last) == (self.first, self.last) else None

    def bounds(self) -> tuple[date, date]:
        """First and last day, also where an end is open."""
        return self.first or date.min, self.last or date.max

    def condition(self) -> str:
        """As SQL over `day`."""
        parts = ["true"]
        if self.first:
            parts.append(f"day >= date '{self.first}'")
        if self.last:
            parts.append(f"day <= date '{self.last}'")
        return " and ".join(parts)

    def month_condition(self) -> str:
        """As SQL over `month`, YYYY-MM.

        Raises:
            UsageError: it begins or ends within a month.
        """
        first, last = (Month.of_day(day) if day else None for day in (self.first, self.last))
        if (first and first.first != self.first) or (last and last.last != self.last):
            message = f"{self.first or ''}..{self.last or ''}: the table has whole months"
            raise UsageError(message, "begin on the first and end on the last day of a month")
        parts = ["true"]
        if first:
            parts.append(f"month >= '{first}'")
        if last:
            parts.append(f"month <= '{last}'")
        return " and ".join(parts)
