"""Keeps the finance folder: `exports/<YYYY-MM>/`, the files that `[exports]` asks for, a manifest.

A month is written again only when the files behind it are others, so a closed month's stay as they
are. The manifest comes last: what it names is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from unitcost.drafts import appearing
from unitcost.export.focus import write_focus
from unitcost.export.period import Period
from unitcost.export.tables import Layout, Written, write_table
from unitcost.lake.catalogue import Catalogue
from unitcost.lake.closed import files_digest
from unitcost.lake.opening import open_published
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.settings import ExportSettings
from unitcost.tables import kept_behind

MANIFEST = "manifest.json"
_BEHIND_FOCUS = (
    "marts.cost_per_request",
    "core.adjustments",
    "core.bill_adjustments",
    "core.invoice_lines",
    "core.prices",
)


@dataclass(frozen=True)
class Asked:
    """One file of a month: its name, and the table and layout or FOCUS version that make it."""

    name: str
    table: str
    layout: Layout | None
    focus: str | None = None


def is_wanted(settings: ExportSettings) -> bool:
    """Whether any file is asked for."""
    return bool(settings.tables or settings.focus)


def stale_months(home: Home, catalogue: Catalogue, settings: ExportSettings) -> list[Month]:
    """Months whose folder is missing, incomplete or made of other files."""
    if not is_wanted(settings):
        return []
    months = sorted({Month.of_day(day) for day in catalogue.days})
    return [month for month in months if not _is_current(home, catalogue, settings, month)]


def write_folder(home: Home, catalogue: Catalogue, settings: ExportSettings) -> list[Month]:
    """Bring every month's folder up to date with the published warehouse; which were written.

    Raises:
        UsageError: a table that is not there, or has neither days nor months.
        FocusError: charges that break a rule.
    """
    stale = stale_months(home, catalogue, settings)
    for month in stale:
        with open_published(home.snapshot(str(month))) as con:
            con.execute("set enable_progress_bar = false; set timezone = 'UTC'")
            _write_month(con, home, settings, month, _inputs(catalogue, settings, month))
    return stale


def _write_month(
    con: duckdb.DuckDBPyConnection, home: Home, settings: ExportSettings, month: Month, inputs: str
) -> None:
    folder = home.exports / str(month)
    wanted = [*_asked(settings, month)]
    for name in _named(folder) - {asked.name for asked in wanted}:
        (folder / name).unlink(missing_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    period = Period.of_month(month)
    files = []
    for asked in wanted:
        target = folder / asked.name
        written = _write(con, period, asked, target)
        files.append(_entry(asked, written, target))
    manifest = {"month": str(month), "inputs": inputs, "files": files}
    with appearing(folder / MANIFEST) as draft:
        draft.write_text(json.dumps(manifest, indent=2) + "\n")


def _named(folder: Path) -> set[str]:
    """Files of the folder that its manifest names: what is no longer asked for goes, since it would
    be taken for current."""
    try:
        files = json.loads((folder / MANIFEST).read_text())["files"]
        return {Path(entry["file"]).name for entry in files}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _write(con: duckdb.DuckDBPyConnection, period: Period, asked: Asked, target: Path) -> Written:
    if asked.layout is None:
        return write_focus(con, period, "1.4" if asked.focus == "1.4" else "1.2", target)
    return write_table(con, asked.table, period, asked.layout, target)


def _entry(asked: Asked, written: Written, target: Path) -> dict[str, Any]:
    with target.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {
        "file": asked.name,
        "table": asked.table,
        "rows": written.rows,
        "sums": written.sums,
        "bytes": target.stat().st_size,
        "sha256": digest,
        "notes": list(written.notes),
    }


def _asked(settings: ExportSettings, month: Month) -> Iterator[Asked]:
    for table in settings.tables:
        for output in settings.formats:
            yield Asked(f"{table}-{month}.{output}", table, Layout(output, settings.money))
    for version in settings.focus:
        yield Asked(f"focus-{version}-{month}.csv", _BEHIND_FOCUS[0], None, version)


def _inputs(catalogue: Catalogue, settings: ExportSettings, month: Month) -> str:
    """Digest of what a month's files are made of: the lake's files, and how they are asked for.

    What is of no day, such as the price book, counts no longer once the month is closed.
    """
    tables = {*settings.tables, *(_BEHIND_FOCUS if settings.focus else ())}
    is_open = str(month) not in catalogue.closed
    files = [
        f
        for table in {kept for table in tables for kept in kept_behind(table)}
        for f in catalogue.live(table)
        if f.day in month or (is_open and f.day is None)
    ]
    return hashlib.sha256(f"{files_digest(files)}{settings!r}".encode()).hexdigest()


def _is_current(home: Home, catalogue: Catalogue, settings: ExportSettings, month: Month) -> bool:
    folder = home.exports / str(month)
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        sizes = {entry["file"]: entry["bytes"] for entry in manifest["files"]}
        is_whole = all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return is_whole and manifest.get("inputs") == _inputs(catalogue, settings, month)
