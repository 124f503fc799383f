"""Ways in which the same records can be delivered, and what a warehouse holds afterwards."""

from __future__ import annotations

import gzip
import random
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.pipeline.books import night
from unitcost.assets.credits import write_credit_use
from unitcost.lake.catalogue import load_catalogue
from unitcost.paths import Home
from unitcost.reconciling.comparing import write_reconciliation

Fingerprint = dict[tuple[str, date | None], str]
THROUGH = date(2026, 11, 4)
"""Last day of what is delivered."""


def files(folder: Path) -> list[Path]:
    """All files below a folder, in a stable order."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def marts(home: Home) -> Fingerprint:
    """Digest of each mart's file by table and day."""
    return {
        (f.table_name, f.day): f.sha256
        for f in load_catalogue(home.warehouse).files.values()
        if f.table_name.startswith("marts.") and f.retired_at is None
    }


def put(home: Home, files: Iterable[Path], source: Path) -> None:
    """Copy files into landing under the folder they had below `source`."""
    for file in files:
        target = home.landing / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def load(home: Home, files: Iterable[Path], source: Path, through: date) -> Home:
    """Deliver files, and do a night's work on them: all that a nightly run makes."""
    put(home, files, source)
    assert night(home, through, also=(write_credit_use, write_reconciliation))
    return home


def lines_of(file: Path) -> list[str]:
    """A text file's lines, decompressed."""
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return data.decode().splitlines(keepends=True)


def rewritten(file: Path, source: Path, target: Path, lines: list[str], mark: str = "") -> None:
    """Write lines as a plain file of the same format folder."""
    folder = target / file.relative_to(source).parent
    folder.mkdir(parents=True, exist_ok=True)
    name = file.name.removesuffix(".gz")
    (folder / f"{mark}{name}").write_text("".join(lines))


def is_lines(file: Path) -> bool:
    """Whether a file's lines are records of their own."""
    return ".jsonl" in file.name


def doubled(source: Path, target: Path) -> None:
    """Every file twice: as it is, and under another name with its lines reversed."""
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        lines = lines_of(file)
        rewritten(file, source, target, lines)
        rewritten(file, source, target, lines[::-1] if is_lines(file) else [*lines, "\n"], "again-")


def shuffled_and_split(source: Path, target: Path) -> None:
    """Every line file's lines in another order, dealt to three files; other files as they are."""
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        lines = lines_of(file)
        if is_lines(file):
            random.Random(3).shuffle(lines)
        parts = [lines[n::3] for n in range(3)] if is_lines(file) else [lines]
        for number, part in enumerate(parts):
            rewritten(file, source, target, part, f"{number}-")
