"""Which days must be built: those whose inputs are not the ones they were built from.

A day's inputs are named, never read: the raw files it looks at, the deliveries that speak of it,
the price book and the transforms. So nothing is forgotten after a crash, and nothing is done twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

from unitcost.lake.catalogue import Catalogue
from unitcost.queries import query_names, query_path, view_query
from unitcost.sources import SOURCES
from unitcost_models.meta import LakeFile

TRACE_WINDOW = (-1, 0, 1)
"""Days around a day whose calls are looked at, so that a trace over midnight is whole."""


@cache
def transforms_fingerprint() -> str:
    """Digest of every SQL file that a day's tables are made with; views of all days are not."""
    digest = hashlib.sha256()
    for layer in ("steps", "core", "marts", "checks"):
        for name in query_names(layer):
            if view_query(name) is None:
                digest.update(query_path(name).read_bytes())
    return digest.hexdigest()[:16]


def input_digests(
    catalogue: Catalogue, constant: str, also: set[date], without: Collection[str] = ()
) -> dict[date, str]:
    """Day -> digest of its inputs, for every day that has or had any and the days in `also`.

    `constant` is the digest of what all days share: prices, transforms, settings. Files whose paths
    are in `without` count as if they had not come.
    """
    inputs = _inputs_by_day(catalogue, without)
    known = sorted(set(inputs) | set(catalogue.days) | also)
    return {day: _digest(inputs.get(day, set()), constant) for day in known}


def due_days(catalogue: Catalogue, digests: dict[date, str], through: date) -> list[date]:
    """Open days up to `through` that were not built from these inputs, in order."""
    return [
        day
        for day, digest in digests.items()
        if day <= through
        and not catalogue.is_closed(day)
        and (day not in catalogue.days or catalogue.days[day].inputs != digest)
    ]


def changed_closed_days(
    catalogue: Catalogue, digests: dict[date, str], through: date
) -> list[date]:
    """Closed days up to `through` of which something else is known than was posted, in order."""
    return [
        day
        for day, digest in digests.items()
        if day <= through and catalogue.is_closed(day) and digest != _accounted(catalogue, day)
    ]


def _accounted(catalogue: Catalogue, day: date) -> str | None:
    """Digest of the inputs that a closed day's tables and adjustments account for."""
    known = catalogue.adjusted.get(day) or catalogue.days.get(day)
    return known.inputs if known else None


def waiting_rows(catalogue: Catalogue, through: date) -> int:
    """Raw rows dated after `through`, which wait for their day; judgements and revenue do not."""
    return sum(
        f.rows
        for f in _raw_files(catalogue)
        if f.day is not None and f.day > through and not f.is_late
    )


def _digest(names: set[str], constant: str) -> str:
    return hashlib.sha256("\n".join([constant, *sorted(names)]).encode()).hexdigest()[:20]


def _inputs_by_day(catalogue: Catalogue, without: Collection[str]) -> dict[date, set[str]]:
    """Day -> names of what it is made from, for days with rows or touches of their own."""
    seen: dict[date, set[str]] = defaultdict(set)
    own: set[date] = {day for day, _ in catalogue.touches}
    for file in _raw_files(catalogue):
        if file.day is None or file.is_late or file.path in without:
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
    return [f for name in SOURCES for f in catalogue.live(f"raw.{name}")]
