"""Files on their way in: copying deliveries into landing and listing what lies there.

Nothing is parsed here beyond the first lines needed to recognise a format.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from unitcost.drafts import appearing
from unitcost.sources import SOURCES, detect_format
from unitcost.sources.unreadable import why_unreadable
from unitcost.staging import StagingError, sample

_UNFINISHED = (".part", ".tmp", ".crdownload")


class LandingError(ValueError):
    """A delivery that cannot be taken; the message says why and how to go on."""


@dataclass(frozen=True)
class Landed:
    """One file taken into landing, or the reason why it was not."""

    source: Path
    source_format: str | None
    path: Path | None
    note: str | None


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def name_of(path: Path) -> str:
    """A path as text: bytes of it that are no UTF-8, which a table cannot hold, as `\\xff`."""
    return os.fsencode(path).decode(errors="backslashreplace")


def recognise(path: Path) -> str | None:
    """Format of a file by its content, or None where no source is sure of it."""
    try:
        return detect_format(sample(path))
    except StagingError:
        return None


def why_not(path: Path) -> str:
    """Why no source takes a file, and what to do."""
    try:
        seen = sample(path)
    except StagingError as error:
        return str(error)
    if not seen.columns and not seen.records:
        return "it begins with no record: it is empty, broken off or no list of objects"
    return why_unreadable(seen) or "no source recognises its content; name one with --format"


def why_misplaced(path: Path, source_format: str) -> str | None:
    """Why a file without a record is none of the format; None where its header may be its own."""
    seen = sample(path)
    if not seen.columns or SOURCES[source_format].detect(seen):
        return None
    other = detect_format(seen)
    if other is not None:
        return f"it has no record, and its header is that of {other}; move it to landing/{other}/"
    named = ", ".join([*seen.columns][:8])
    return f"it has no record, and {source_format} is not known by such a header: {named}"


def deliveries(landing: Path) -> list[Path]:
    """Finished files in landing, in a stable order; hidden and half-written ones are left out."""
    found = (
        Path(below, name)
        for below, _, names in os.walk(landing)
        for name in names
        if not name.startswith(".") and not name.endswith(_UNFINISHED)
    )
    return sorted(path for path in found if path.is_file())


def format_of(path: Path, landing: Path) -> str | None:
    """Format of a file in landing: its folder's name, else its content."""
    folder = path.relative_to(landing).parts[0]
    return folder if folder in SOURCES else recognise(path)


def land(paths: Iterable[Path], landing: Path, source_format: str | None) -> list[Landed]:
    """Copy files, or all files below folders, into `landing/<format>/`.

    Raises:
        LandingError: the format or a path does not exist.
    """
    if source_format is not None and source_format not in SOURCES:
        message = f"--format {source_format}: no such source; there are {', '.join(SOURCES)}"
        raise LandingError(message)
    return [_land_one(file, landing, source_format) for path in paths for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return deliveries(path)
    if not path.is_file():
        message = f"{path}: no such file or folder; check the path"
        raise LandingError(message)
    return [path]


def _land_one(file: Path, landing: Path, source_format: str | None) -> Landed:
    found = source_format or recognise(file)
    if found is None:
        return Landed(file, None, None, why_not(file))
    content = digest(file)
    target = _free_name(landing / found / name_of(Path(file.name)), content)
    if target.exists():
        return Landed(file, found, target, "already in landing")
    _copy(file, target)
    return Landed(file, found, target, None)


def _free_name(target: Path, content: str) -> Path:
    """The file's own name, or one with its digest where another content holds that name."""
    if not target.exists() or digest(target) == content:
        return target
    return target.with_name(f"{content[:12]}-{target.name}")


def _copy(file: Path, target: Path) -> None:
    with appearing(target) as draft:
        shutil.copyfile(file, draft)
