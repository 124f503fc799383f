"""Which days must be built: those whose inputs are not the ones they were built from.

A day's inputs are named, never read: the raw files it looks at, the deliveries that speak of it,
the price book and the transforms. So nothing is forgotten after a crash, and nothing is done twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from unitcost.lake.catalogue import Catalogue
from unitcost.queries import load_query, query_names
from unitcost.sources import SOURCES
from unitcost_models.meta import LakeFile

TRACE_WINDOW = (-1, 0, 1)
"""Days around a day whose calls are looked at, so that a trace over midnight is whole."""


@dataclass(frozen=True)
class Plan:
    """Days to build in order, the digest of each one's inputs, and the days that wait."""

    days: dict[date, str]
    waiting: tuple[date, ...]


def transforms_fingerprint() -> str:
    """Digest of every SQL file that a day's tables are made with."""
    digest = hashlib.sha256()
    for layer in ("steps", "core", "marts", "checks"):
        for name in query_names(layer):
            digest.update(load_query(name).text.encode())
    return digest.hexdigest()[:16]


def plan(catalogue: Catalogue, constant: str, through: date, always: set[date]) -> Plan:
    """The due days up to `through`.

    `constant` is the digest of what all days share (prices, transforms, settings). Days in
    `always` are built even where nothing speaks of them.
    """
    inputs = _inputs_by_day(catalogue)
    known = set(inputs) | set(catalogue.days) | always
    due = {
        day: digest
        for day in sorted(known)
        if day <= through
        and (digest := _digest(inputs.get(day, set()), constant)) != _built_from(catalogue, day)
    }
    waiting = tuple(sorted(day for day in _own_days(catalogue) if day > through))
    return Plan(due, waiting)


def _built_from(catalogue: Catalogue, day: date) -> str | None:
    built = catalogue.days.get(day)
    return built.inputs if built else None


def _digest(names: set[str], constant: str) -> str:
    return hashlib.sha256("\n".join([constant, *sorted(names)]).encode()).hexdigest()[:20]


def _own_days(catalogue: Catalogue) -> set[date]:
    return {f.day for f in _raw_files(catalogue) if f.day is not None}


def _inputs_by_day(catalogue: Catalogue) -> dict[date, set[str]]:
    """Day -> names of the raw files and deliveries it is made from; only days with rows of their own."""
    seen: dict[date, set[str]] = defaultdict(set)
    own: set[date] = {day for day, _ in catalogue.touches}
    for file in _raw_files(catalogue):
        if file.day is None or file.is_late:
            continue
        own.add(file.day)
        for offset in _window(file):
            seen[file.day + timedelta(offset)].add(file.path)
    for day, delivery in catalogue.touches:
        seen[day].add(delivery)
    return {day: names for day, names in seen.items() if day in own}


def _window(file: LakeFile) -> tuple[int, ...]:
    counts_calls = SOURCES[file.table_name.split(".")[1]].counts_calls
    return TRACE_WINDOW if counts_calls else (0,)


def _raw_files(catalogue: Catalogue) -> list[LakeFile]:
    return [
        f
        for f in catalogue.files.values()
        if f.table_name.startswith("raw.") and f.retired_at is None
    ]
