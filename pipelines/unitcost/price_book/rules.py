"""Reads the TOML files of `price_tables/`: names, tiers, regions, meters and time bands.

Each class is one kind of entry and says which table rows it stands for. No price is here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from unitcost.price_book.errors import PriceBookError, sentences
from unitcost_models.base import Row
from unitcost_models.prices import (
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


class Entry(BaseModel):
    """One `[[table]]` of a TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RowsEntry(Protocol):
    """An entry that stands for table rows by itself."""

    def rows(self) -> Iterator[Row]:
        """The rows."""


E = TypeVar("E", bound=Entry)


class ProviderEntry(Entry):
    """`[[provider]]` of providers.toml."""

    names: tuple[str, ...]
    provider: str | None = None
    platform: str | None = None
    family: str

    def rows(self) -> Iterator[Row]:
        """One row a spelling."""
        for name in self.names:
            yield Provider(
                provider_name=name, provider=self.provider, platform=self.platform, family=self.family
            )


class TierEntry(Entry):
    """`[[tier]]` of service_tiers.toml."""

    name: str
    spelled: tuple[str, ...]

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
        yield TierEquivalent(provider=self.provider, service_tier=self.tier, priced_as=self.priced_as)


class ScopeEntry(Entry):
    """`[[scope]]` of region_scopes.toml."""

    provider: str
    platform: str
    scope: str
    spelled: tuple[str, ...] = ()
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

    key: str
    provider: str
    ids: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """The key and every id."""
        for alias, rule in ((self.key, "key"), *((spelled, "id") for spelled in self.ids)):
            yield ModelAlias(
                alias=alias, model=self.key, provider=self.provider, valid_from=None, valid_to=None, rule=rule
            )


class AliasEntry(Entry):
    """`[[alias]]` of models.toml: an id that means the model only inside an interval."""

    id: str
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
                meter=self.meter, falls_back_to=self.falls_back_to, provider=self.provider, model=model
            )


class BandEntry(Entry):
    """`[[band]]` of time_bands.toml."""

    name: str
    time_zone: str = "UTC"
    weekdays: tuple[int, ...] = ()
    hours: tuple[str, ...] = Field(default=())
    calendar: str | None = None
    complement_of: str | None = None
    note: str | None = None

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
                yield TimeWindow(time_band=self.name, weekday=weekday, from_minute=start, to_minute=end)


class CalendarEntry(Entry):
    """`[[calendar]]` of time_bands.toml."""

    name: str
    holidays: tuple[date, ...]

    def rows(self) -> Iterator[Row]:
        """One row a day off."""
        for holiday in self.holidays:
            yield Holiday(calendar=self.name, holiday=holiday)


def read_entries(folder: Path, file: str, table: str, entry: type[E]) -> list[E]:
    """All `[[table]]` entries of one TOML file.

    Raises:
        PriceBookError: what cannot be read, named by file and entry.
    """
    document = _read_toml(folder / file)
    problems: list[str] = []
    entries: list[E] = []
    for number, value in enumerate(document.get(table, []), start=1):
        try:
            entries.append(entry.model_validate(value))
        except ValidationError as error:
            problems.extend(sentences(error, f"{file}: [[{table}]] number {number} {_label(value)}"))
    if problems:
        raise PriceBookError(problems)
    return entries


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PriceBookError([f"{path.name}: missing from the price tables; restore it"]) from None
    except tomllib.TOMLDecodeError as error:
        raise PriceBookError([f"{path.name}: not valid TOML: {error}"]) from None


def _label(value: Any) -> str:
    known = value.get("name") or value.get("key") or value.get("id") or ""
    return f"({known})" if known else ""


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def read_rules(folder: Path) -> dict[type[Row], list[Row]]:
    """Every rule table of the book and its rows.

    Raises:
        PriceBookError: what cannot be read, named by file and entry.
    """
    families = read_entries(folder, "models.toml", "family", FamilyEntry)
    members = {family.name: family.models for family in families}
    fallbacks = read_entries(folder, "meters.toml", "fallback", FallbackEntry)
    meters = read_entries(folder, "meters.toml", "meter", MeterEntry)
    bands = _rows(read_entries(folder, "time_bands.toml", "band", BandEntry))
    return {
        Provider: _rows(read_entries(folder, "providers.toml", "provider", ProviderEntry)),
        ServiceTier: _rows(read_entries(folder, "service_tiers.toml", "tier", TierEntry)),
        TierEquivalent: _rows(read_entries(folder, "service_tiers.toml", "equivalent", EquivalentEntry)),
        RegionScope: _rows(read_entries(folder, "region_scopes.toml", "scope", ScopeEntry)),
        ModelAlias: _aliases(folder),
        ModelFamily: _rows(families),
        Meter: [meter.row(position) for position, meter in enumerate(meters)],
        MeterFallback: [row for fallback in fallbacks for row in fallback.rows(members)],
        TimeBand: [row for row in bands if isinstance(row, TimeBand)],
        TimeWindow: [row for row in bands if isinstance(row, TimeWindow)],
        Holiday: _rows(read_entries(folder, "time_bands.toml", "calendar", CalendarEntry)),
    }


def _aliases(folder: Path) -> list[Row]:
    models = read_entries(folder, "models.toml", "model", ModelEntry)
    makers = {model.key: model.provider for model in models}
    dated = read_entries(folder, "models.toml", "alias", AliasEntry)
    unknown = [f"models.toml: [[alias]] ({a.id}): there is no model {a.model!r}" for a in dated if a.model not in makers]
    if unknown:
        raise PriceBookError([f"{problem}; add a [[model]] or correct the name" for problem in unknown])
    return _rows(models) + [alias.row(makers[alias.model]) for alias in dated]


def _rows(entries: Sequence[RowsEntry]) -> list[Row]:
    return [row for entry in entries for row in entry.rows()]
