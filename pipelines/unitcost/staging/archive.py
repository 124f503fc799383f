"""Takes the files out of a ZIP, one after the other and in bounded space.

What the files hold is not known here.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from unitcost.staging.limits import MAX_BYTES, MAX_RATIO, RATIO_FREE_BYTES, StagingError

_FIRST = (b"PK\x03\x04", b"PK\x05\x06")
_END = b"PK\x05\x06"
_END_BYTES = 22 + (1 << 16)
_MAX_MEMBERS = 1000
_MAX_DIRECTORY = 1 << 20
_CHUNK = 1 << 20
_DAMAGED = "the ZIP is damaged or encrypted; deliver the files in it"
_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True)
class Member:
    """One file of a ZIP, taken out; its name is never a path here."""

    name: str
    path: Path


def is_archive(path: Path) -> bool:
    """Whether the file is a ZIP."""
    try:
        with path.open("rb") as file:
            return file.read(4) in _FIRST
    except OSError:
        return False  # whoever opens it next says why it cannot be


def members(path: Path, folder: Path) -> Iterator[Member]:
    """The files of a ZIP in the order of their names; each is gone when the next is asked for.

    Raises:
        StagingError: it is damaged or encrypted, or unpacks to more than a file can honestly hold.
    """
    _check_directory(path)
    target = folder / "member"
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(n for n in archive.namelist() if _is_wanted(n)):
                with archive.open(name) as packed, target.open("wb") as plain:
                    total = _copy(packed, plain, total, path.stat().st_size)
                yield Member(name.rpartition("/")[2], target)
    except _ERRORS as error:
        raise StagingError(_DAMAGED) from error
    finally:
        target.unlink(missing_ok=True)


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    return bool(parts[-1]) and not parts[-1].startswith(".") and parts[0] != "__MACOSX"


def _copy(packed: IO[bytes], plain: IO[bytes], total: int, packed_size: int) -> int:
    """Copy one member; the bytes unpacked so far, those of earlier members included."""
    while chunk := packed.read(_CHUNK):
        total += len(chunk)
        if total > MAX_BYTES or total > max(RATIO_FREE_BYTES, MAX_RATIO * packed_size):
            message = f"unpacks to more than {total:,} bytes; deliver it in smaller, honest parts"
            raise StagingError(message)
        plain.write(chunk)
    return total


def _check_directory(path: Path) -> None:
    """Refuse a directory of so many files that reading it alone would exhaust memory."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END_BYTES, 0))
        tail = file.read()
    end = tail[tail.rfind(_END) :]
    if not end.startswith(_END) or len(end) < 22:
        raise StagingError(_DAMAGED)
    count, size = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if count > _MAX_MEMBERS or size > _MAX_DIRECTORY:
        message = f"the ZIP holds more than {_MAX_MEMBERS:,} files; deliver it in smaller parts"
        raise StagingError(message)
