"""The entries of time_bands.toml: peak and off-peak hours, and the holidays that have none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from unitcost.price_book.entries import Fact
from unitcost_models.base import Row
from unitcost_models.price_names import Holiday, TimeBand, TimeWindow

Weekday = Annotated[int, Field(ge=1, le=7)]


def _within_a_day(hours: str) -> str:
    start, end = (_minute(clock) for clock in hours.split("-"))
    if not start < end <= 24 * 60:
        message = "must begin before it ends, at 24:00 at the latest; cut a night at midnight"
        raise ValueError(message)
    return hours


Hours = Annotated[
    str,
    Field(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"),
    AfterValidator(_within_a_day),
]


class BandEntry(Fact):
    """`[[band]]` of time_bands.toml."""

    name: str
    time_zone: str = "UTC"
    weekdays: tuple[Weekday, ...] = ()
    hours: tuple[Hours, ...] = ()
    calendar: str | None = None
    complement_of: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _has_windows_or_is_the_rest(self) -> Self:
        if bool(self.weekdays and self.hours) == bool(self.complement_of):
            message = "give weekdays and hours, or the band it is the complement_of"
            raise ValueError(message)
        return self

    def rows(self) -> Iterator[Row]:
        """The band and its windows."""
        yield TimeBand(
            time_band=self.name,
            time_zone=self.time_zone,
            calendar=self.calendar,
            complement_of=self.complement_of,
        )
        for weekday in self.weekdays:
            for hours in self.hours:
                start, end = (_minute(clock) for clock in hours.split("-"))
                yield TimeWindow(
                    time_band=self.name, weekday=weekday, from_minute=start, to_minute=end
                )


class CalendarEntry(Fact):
    """`[[calendar]]` of time_bands.toml."""

    name: str
    holidays: tuple[date, ...]

    def rows(self) -> Iterator[Row]:
        """One row a day off."""
        for holiday in self.holidays:
            yield Holiday(calendar=self.name, holiday=holiday)


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
