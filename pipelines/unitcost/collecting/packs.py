"""Packs many small objects into one file: gateways log a call an object, and a file costs its own.

Which objects are new is not known here.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from unitcost.collecting.seen import Version
from unitcost.drafts import appearing
from unitcost.sources import SOURCES

SMALL = 64 << 10
"""Bytes of an object that is packed."""
MANY = 50
"""Fewer new small objects of a listing chunk come each as a file of its own."""
_MOST = 500
"""Objects of one pack; a ZIP of more than a thousand files is refused where it is read."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def packed(new: Sequence[Version], source_format: str) -> Iterator[list[Version]]:
    """The small objects that go into one file together, pack by pack.

    Only where every record is a call of its own: reports replace each other file by file, a session
    is told by its file.
    """
    source = SOURCES.get(source_format)
    small = [v for v in new if v.size <= SMALL and not v.address.endswith(".zip")]
    if source is None or not source.counts_calls or source.is_told_by_file or len(small) < MANY:
        return
    for begin in range(0, len(small), _MOST):
        yield small[begin : begin + _MOST]


def digest_of(*versions: Version) -> str:
    """What tells these versions of objects from all others, for the name of their file."""
    text = "\0\0".join("\0".join(map(str, version)) for version in versions)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def write_pack(folder: Path, name: str, contents: Iterable[tuple[str, bytes]]) -> None:
    """A ZIP of objects under their own paths; the same objects give the same bytes."""
    with appearing(folder / name) as draft, zipfile.ZipFile(draft, "w") as archive:
        for path, content in contents:
            member = zipfile.ZipInfo(path, _FIRST_DAY)
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
