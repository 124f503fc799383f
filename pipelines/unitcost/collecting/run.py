"""Copies the new objects of configured places into landing, one listing chunk at a time."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import obstore

from unitcost.collecting.packs import digest_of, packed, write_pack
from unitcost.collecting.places import Place, PlaceError, place_of
from unitcost.collecting.seen import Seen, Version
from unitcost.paths import Home
from unitcost.sources import SOURCES

LOG = logging.getLogger("unitcost")
DETECT = "detect"
"""The name under which places are configured whose format is told by content."""
_CHUNK = 1000
_OF_ONE_OBJECT = (FileNotFoundError, PermissionError, obstore.exceptions.BaseError)
_MOST_FAILURES = 10
"""Objects in a row that cannot be had before their place is given up for this time."""
_UNFINISHED = (".part", ".tmp", ".crdownload", "/")


@dataclass
class Collected:
    """How many files came, and which places could not be read, with the reason."""

    files: int = 0
    problems: list[str] = field(default_factory=list)


def collect(home: Home, places: Mapping[str, Sequence[str]]) -> Collected:
    """Bring every object not collected yet into `landing/<format>/`.

    An object that changed is collected again as a file of its own; what it repeats is recognised
    record by record. A place that cannot be read keeps no other from being read.

    Raises:
        PlaceError: a format is unknown.
    """
    check_formats(places)
    collected = Collected()
    if places:
        with Seen(home.landing / ".collected.duckdb") as seen:
            for source_format, texts in places.items():
                for text in texts:
                    _collect(home, seen, (source_format, text), collected)
    return collected


def check_formats(places: Mapping[str, Sequence[str]]) -> None:
    """Refuse a format that no source has.

    Raises:
        PlaceError: it is unknown.
    """
    for name in places:
        if name not in SOURCES and name != DETECT:
            known = ", ".join((*SOURCES, DETECT))
            raise PlaceError(f"[sources] {name}: no such source; there are {known}")


def _collect(home: Home, seen: Seen, entry: tuple[str, str], collected: Collected) -> None:
    source_format, text = entry
    try:
        _bring(place_of(text), seen, home.landing / source_format, collected)
    except PlaceError as error:
        collected.problems.append(f"[sources] {error}")
    except (OSError, obstore.exceptions.BaseError) as error:
        kind = type(error).__name__
        collected.problems.append(f"[sources] {text}: {kind}; check the address and the keys")


def _bring(place: Place, seen: Seen, folder: Path, collected: Collected) -> None:
    """Every new object of a place; one that is archived, forbidden or gone stops no other."""
    failures = 0
    for listed in _listed(place):
        new = seen.new(listed)
        taken = _bring_packs(place, new, seen, folder)
        collected.files += len(taken)
        for version in (v for v in new if v not in taken):
            LOG.info("collecting %s", version.address)
            try:
                _copy(place, version, folder)
            except _OF_ONE_OBJECT as error:
                failures += 1
                if failures == _MOST_FAILURES:
                    raise
                reason = f"{type(error).__name__}; it is tried again next time"
                collected.problems.append(f"[sources] {version.address}: {reason}")
            else:
                failures = 0
                seen.add(version)
                collected.files += 1


def _bring_packs(place: Place, new: Sequence[Version], seen: Seen, folder: Path) -> set[Version]:
    """The objects that came in packs; those of one that cannot be made are left to come singly."""
    taken: set[Version] = set()
    for pack in packed(new, folder.name):
        with suppress(*_OF_ONE_OBJECT):
            _copy_pack(place, pack, folder)
            seen.add(*pack)
            taken.update(pack)
    return taken


def _listed(place: Place) -> Iterator[list[Version]]:
    """Matching objects, a chunk at a time."""
    if not place.address.startswith(("s3", "gs", "az", "abfs")):
        path = Path(place.address, place.prefix)
        if path.is_file():
            yield [_version(place, obstore.head(place.store, place.prefix))]
            return
        if not path.is_dir():
            raise PlaceError(f"{path}: no such file or folder; check the path")
    for chunk in obstore.list(place.store, prefix=place.prefix or None, chunk_size=_CHUNK):
        found = [_version(place, meta) for meta in chunk if _is_wanted(place, meta["path"])]
        if found:
            yield found


def _is_wanted(place: Place, path: str) -> bool:
    name = path.rpartition("/")[2]
    is_whole = name and not name.startswith(".") and not path.endswith(_UNFINISHED)
    return bool(is_whole and place.pattern.fullmatch(path))


def _version(place: Place, meta: obstore.ObjectMeta) -> Version:
    address = f"{place.address.rstrip('/')}/{meta['path']}"
    return Version(address, meta["size"], meta["last_modified"], meta["e_tag"] or "")


def _copy(place: Place, version: Version, folder: Path) -> None:
    """One object into landing, under its own name behind a digest of its version."""
    digest, path = digest_of(version), _path(place, version)
    parts = obstore.get(place.store, path).stream()
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{digest}.part"
    with draft.open("wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / f"{digest}-{path.rpartition('/')[2]}")


def _copy_pack(place: Place, pack: Sequence[Version], folder: Path) -> None:
    """Several objects into landing, as one file."""
    LOG.info("collecting %d objects from %s on", len(pack), pack[0].address)
    paths = [_path(place, version) for version in pack]
    contents = ((path, bytes(obstore.get(place.store, path).bytes())) for path in paths)
    write_pack(folder, f"{digest_of(*pack)}-{len(pack)}-objects.zip", contents)


def _path(place: Place, version: Version) -> str:
    return version.address.removeprefix(place.address).lstrip("/")
