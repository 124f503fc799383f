"""`unitcost ingest`: files and folders into landing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, Common, progress, show_json, show_table
from unitcost.commands.errors import OK
from unitcost.errors import UsageError


def ingest(
    paths: Annotated[list[Path], Parameter(help="Files or folders.")],
    *,
    source_format: Annotated[
        str | None, Parameter(name="--format", help="Source; detected by content when not given.")
    ] = None,
    common: Common = COMMON,
) -> int:
    """Copy deliveries into landing, each under its format; `unitcost nightly` reads them.

    The same content is taken once. Files that no source recognises are left where they are.
    """
    from unitcost.paths import Home
    from unitcost.reading.landing import land

    with progress():
        landed = land(paths, Home(common.home).landing, source_format)
    if common.json:
        show_json([_entry(file.source, file.source_format, file.note) for file in landed])
    else:
        rows = [(str(f.source), f.source_format, f.note or "landed") for f in landed]
        show_table(["file", "format", "result"], rows)
    if not any(file.path for file in landed):
        message = "nothing was taken into landing"
        hint = "the list says of each why, and what to do; docs/sources tells what is read"
        raise UsageError(message, hint)
    if any(file.path is None for file in landed):
        ERR.print("warning: some files were not taken; the list says why")
    return OK


def _entry(source: Path, source_format: str | None, note: str | None) -> dict[str, str | None]:
    return {"file": str(source), "format": source_format, "note": note}
