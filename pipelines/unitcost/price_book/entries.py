"""The entries of the TOML files in `price_tables/`, each with the table rows it stands for.

How files are read is in `rules`; what only the whole book can tell is in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Protocol, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from unitcost_models.base import Row
from unitcost_models.price_names import (
    Holiday,
    Meter,
    MeterFallback,
    ModelAlias,
    ModelFamily,
    Provider,
    RegionScope,
    ServiceTier,
    TierEquivalent,
    TimeBand,
    TimeWindow,
)


def _lower_case(text: str) -> str:
    if text != text.lower():
        message = "names are matched in lower case; write it so"
        raise ValueError(message)
    return text


Name = Annotated[str, AfterValidator(_lower_case)]
Weekday = Annotated[int, Field(ge=1, le=7)]
Hours = Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$")]


class Entry(BaseModel):
    """One `[[table]]` of a TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RowsEntry(Protocol):
    """An entry that stands for table rows by itself."""

    def rows(self) -> Iterator[Row]:
        """The rows."""


class ProviderEntry(Entry):
    """`[[provider]]` of providers.toml."""

    names: tuple[Name, ...]
    provider: str | None = None
    platform: str | None = None
    family: str

    def rows(self) -> Iterator[Row]:
        """One row a spelling."""
        for name in self.names:
            yield Provider(
                provider_name=name,
                provider=self.provider,
                platform=self.platform,
                family=self.family,
            )


class TierEntry(Entry):
    """`[[tier]]` of service_tiers.toml."""

    name: str
    spelled: tuple[Name, ...]

    def rows(self) -> Iterator[Row]:
        """One row a spelling."""
        for spelled in self.spelled:
            yield ServiceTier(spelled=spelled, service_tier=self.name)


class EquivalentEntry(Entry):
    """`[[equivalent]]` of service_tiers.toml."""

    provider: str
    tier: str
    priced_as: str

    def rows(self) -> Iterator[Row]:
        """The row itself."""
        yield TierEquivalent(
            provider=self.provider, service_tier=self.tier, priced_as=self.priced_as
        )


class ScopeEntry(Entry):
    """`[[scope]]` of region_scopes.toml."""

    provider: str
    platform: str
    scope: str
    spelled: tuple[Name, ...] = ()
    default: bool = False
    otherwise: str | None = None

    def rows(self) -> Iterator[Row]:
        """One row a spelling, the scope's own name included; empty stands for "not named"."""
        for spelled in (self.scope, *self.spelled, *([""] if self.default else [])):
            yield RegionScope(
                provider=self.provider,
                platform=self.platform,
                spelled=spelled,
                region_scope=self.scope,
                otherwise=self.otherwise,
            )


class ModelEntry(Entry):
    """`[[model]]` of models.toml."""

    key: Name
    provider: str
    ids: tuple[Name, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The key and every id."""
        for alias, rule in ((self.key, "key"), *((spelled, "id") for spelled in self.ids)):
            yield ModelAlias(
                alias=alias,
                model=self.key,
                provider=self.provider,
                valid_from=None,
                valid_to=None,
                rule=rule,
            )


class AliasEntry(Entry):
    """`[[alias]]` of models.toml: an id that means the model only inside an interval."""

    id: Name
    model: str
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    note: str

    def row(self, provider: str) -> Row:
        """The row, with the maker of its model."""
        return ModelAlias(
            alias=self.id,
            model=self.model,
            provider=provider,
            valid_from=_utc(self.valid_from),
            valid_to=_utc(self.valid_to),
            rule="dated_alias",
        )


class FamilyEntry(Entry):
    """`[[family]]` of models.toml."""

    name: str
    models: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """One row a member."""
        for model in self.models:
            yield ModelFamily(family=self.name, model=model)


class MeterEntry(Entry):
    """`[[meter]]` of meters.toml."""

    name: str
    unit: str
    column: str | None = None

    def row(self, position: int) -> Row:
        """The row, with its bit where requests count it."""
        bit = 1 << position if self.column else None
        return Meter(meter=self.name, unit=self.unit, request_column=self.column, bit=bit)


class FallbackEntry(Entry):
    """`[[fallback]]` of meters.toml."""

    meter: str
    falls_back_to: str
    provider: str | None = None
    family: str | None = None

    def rows(self, members: dict[str, tuple[str, ...]]) -> Iterator[Row]:
        """One row, or one a member of the family."""
        for model in members.get(self.family, ()) if self.family else (None,):
            yield MeterFallback(
                meter=self.meter,
                falls_back_to=self.falls_back_to,
                provider=self.provider,
                model=model,
            )


class BandEntry(Entry):
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


class CalendarEntry(Entry):
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


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
