"""A calendar month of UTC days, as commands and tables spell it: YYYY-MM."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from unitcost.errors import UsageError


@dataclass(frozen=True, order=True)
class Month:
    """A month by its first day."""

    first: date

    @classmethod
    def of_day(cls, day: date) -> Month:
        """The month a day lies in."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Month:
        """A month from YYYY-MM.

        Raises:
            UsageError: the text is not a month.
        """
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
        if not match or match[1] == "0000":
            message = f"{text}: not a month"
            raise UsageError(message, "write it as YYYY-MM")
        return cls(date(int(match[1]), int(match[2]), 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    def next(self) -> Month:
        """The month after it."""
        return Month(self.last + timedelta(1))

    def __contains__(self, day: date | None) -> bool:
        """Whether the day lies in it; a table without days lies in no month."""
        return day is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        """YYYY-MM."""
        return self.first.isoformat()[:7]
