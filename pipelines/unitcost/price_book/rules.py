"""Reads the TOML files of `price_tables/`: names, tiers, regions, meters and time bands.

What an entry is, is in `entries`. No price is here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from unitcost.price_book.entries import (
    AliasEntry,
    BandEntry,
    CalendarEntry,
    Entry,
    EquivalentEntry,
    FallbackEntry,
    FamilyEntry,
    MeterEntry,
    ModelEntry,
    ProviderEntry,
    RowsEntry,
    ScopeEntry,
    TierEntry,
)
from unitcost.price_book.errors import PriceBookError, sentences
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

E = TypeVar("E", bound=Entry)


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
            problems.extend(
                sentences(error, f"{file}: [[{table}]] number {number} {_label(value)}")
            )
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
    return f" ({known})" if known else ""


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
        TierEquivalent: _rows(
            read_entries(folder, "service_tiers.toml", "equivalent", EquivalentEntry)
        ),
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
    unknown = [alias for alias in dated if alias.model not in makers]
    if unknown:
        raise PriceBookError(
            [
                f"models.toml: [[alias]] {alias.id}: there is no model {alias.model!r}; "
                "add a [[model]] or correct the name"
                for alias in unknown
            ]
        )
    return _rows(models) + [alias.row(makers[alias.model]) for alias in dated]


def _rows(entries: Sequence[RowsEntry]) -> list[Row]:
    return [row for entry in entries for row in entry.rows()]
