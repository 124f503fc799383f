"""Reads the TOML files of the price book: names, tiers, regions, meters and time bands.

What an entry is, is in `entries`. No price is here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from unitcost.price_book.book import Folder, PriceBook
from unitcost.price_book.entries import (
    Entry,
    EquivalentEntry,
    FallbackEntry,
    MeterEntry,
    MinimumEntry,
    ProviderEntry,
    RowsEntry,
    ScopeEntry,
    TierEntry,
)
from unitcost.price_book.errors import PriceBookError, sentences
from unitcost.price_book.model_entries import AliasEntry, DeploymentEntry, FamilyEntry, ModelEntry
from unitcost.price_book.time_entries import BandEntry, CalendarEntry
from unitcost_models.base import Row
from unitcost_models.price_names import (
    Deployment,
    Holiday,
    Meter,
    MeterFallback,
    MinimumCharge,
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


def read_entries(book: PriceBook, file: str, table: str, entry: type[E]) -> list[E]:
    """All `[[table]]` entries of one TOML file in both folders that the book knew by `as_of`.

    Raises:
        PriceBookError: what cannot be read, named by file, line and entry.
    """
    problems: list[str] = []
    entries: list[E] = []
    for name, line, value in _values(book, file, table):
        try:
            entries.append(entry.model_validate(value | {"source_file": name, "source_line": line}))
        except ValidationError as error:
            problems.extend(sentences(error, f"{name}:{line}: [[{table}]]{_label(value)}"))
    if problems:
        raise PriceBookError(problems)
    return [found for found in entries if found.counts(book)]


def _values(book: PriceBook, file: str, table: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """File, line and value of each entry; the user's own folder need not have the file."""
    for folder in book.folders():
        path = folder.path / file
        if path.is_file() or not folder.prefix:
            text, values = _read_toml(folder, path, table)
            for line, value in zip(_lines(text, table, len(values)), values, strict=True):
                yield folder.name(path), line, value


def _read_toml(folder: Folder, path: Path, table: str) -> tuple[str, list[dict[str, Any]]]:
    name = folder.name(path)
    try:
        text = path.read_text(encoding="utf-8")
        values = _parsed(text).get(table, [])
    except FileNotFoundError:
        raise PriceBookError([f"{name}: missing from the price tables; restore it"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PriceBookError([f"{name}: not valid TOML: {error}"]) from None
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise PriceBookError([f"{name}: {table} must be written [[{table}]], once an entry"])
    return text, values


@lru_cache(maxsize=64)
def _parsed(text: str) -> dict[str, Any]:
    """A file's tables, kept: each table is asked for by itself, and nobody changes them."""
    return tomllib.loads(text)


def _lines(text: str, table: str, count: int) -> list[int]:
    """The line on which each entry begins; line 1 where the text does not tell."""
    heads = re.compile(rf"\s*\[\[\s*{table}\s*\]\]")
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if heads.match(line)]
    return lines if len(lines) == count else [1] * count


def _label(value: dict[str, Any]) -> str:
    known = value.get("name") or value.get("key") or value.get("id") or ""
    return f" {known}" if known else ""


def read_rules(book: PriceBook) -> dict[type[Row], list[Row]]:
    """Every rule table of the book and its rows.

    Raises:
        PriceBookError: what cannot be read, named by file, line and entry.
    """
    bands = _rows(read_entries(book, "time_bands.toml", "band", BandEntry))
    return {
        Provider: _rows(read_entries(book, "providers.toml", "provider", ProviderEntry)),
        ServiceTier: _rows(read_entries(book, "service_tiers.toml", "tier", TierEntry)),
        TierEquivalent: _rows(
            read_entries(book, "service_tiers.toml", "equivalent", EquivalentEntry)
        ),
        RegionScope: _rows(read_entries(book, "region_scopes.toml", "scope", ScopeEntry)),
        **_model_names(book),
        **_meters(book),
        TimeBand: [row for row in bands if isinstance(row, TimeBand)],
        TimeWindow: [row for row in bands if isinstance(row, TimeWindow)],
        Holiday: _rows(read_entries(book, "time_bands.toml", "calendar", CalendarEntry)),
    }


def _model_names(book: PriceBook) -> dict[type[Row], list[Row]]:
    models = read_entries(book, "models.toml", "model", ModelEntry)
    aliases = read_entries(book, "models.toml", "alias", AliasEntry)
    deployments = read_entries(book, "models.toml", "deployment", DeploymentEntry)
    makers = {model.key: model.provider for model in models}
    namings: list[AliasEntry | DeploymentEntry] = [*aliases, *deployments]
    unknown = [_no_model(named) for named in namings if named.model not in makers]
    if unknown:
        raise PriceBookError(unknown)
    named = [alias.row(makers[alias.model]) for alias in aliases]
    return {
        ModelAlias: _distinct([*(row for model in models for row in model.rows()), *named]),
        Deployment: [named.row(makers[named.model]) for named in deployments],
        ModelFamily: _rows(read_entries(book, "models.toml", "family", FamilyEntry)),
    }


def _no_model(named: AliasEntry | DeploymentEntry) -> str:
    return (
        f"{named.source_file}:{named.source_line}: {named.label}: there is no model "
        f"{named.model!r}; add a [[model]] or correct the name"
    )


def _meters(book: PriceBook) -> dict[type[Row], list[Row]]:
    members: dict[str, tuple[str, ...]] = {}
    for family in read_entries(book, "models.toml", "family", FamilyEntry):
        members[family.name] = members.get(family.name, ()) + family.models
    meters = read_entries(book, "meters.toml", "meter", MeterEntry)
    fallbacks = read_entries(book, "meters.toml", "fallback", FallbackEntry)
    return {
        Meter: [meter.row(position) for position, meter in enumerate(meters)],
        MeterFallback: [row for fallback in fallbacks for row in fallback.rows(members)],
        MinimumCharge: _rows(read_entries(book, "meters.toml", "minimum", MinimumEntry)),
    }


def _rows(entries: Iterable[RowsEntry]) -> list[Row]:
    return _distinct(row for entry in entries for row in entry.rows())


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """What two entries say alike counts once: an entry may be repeated to add to it."""
    place, kept = {"source_file", "source_line"}, dict[str, Row]()
    for row in rows:
        kept.setdefault(row.model_dump_json(exclude=place), row)
    return list(kept.values())
