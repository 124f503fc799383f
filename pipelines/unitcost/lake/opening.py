"""Opens a published catalogue for reading, whoever else has it open."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb


class DamagedLakeError(RuntimeError):
    """A catalogue that is no whole database; the message says how to go on."""


def open_published(file: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published catalogue.

    DuckDB's own command line locks a file that it opens, unless told `-readonly`. What is
    published never changes, so a copy of it says the same.

    Raises:
        DamagedLakeError: it is no whole database.
    """
    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        if "Could not set lock" not in str(error):
            raise _damaged(file, error) from error
    with tempfile.TemporaryDirectory(prefix="unitcost-") as folder:
        copy = Path(folder, file.name)
        shutil.copyfile(file, copy)
        return duckdb.connect(str(copy), read_only=True)


def _damaged(file: Path, error: duckdb.IOException) -> DamagedLakeError:
    reason = str(error).partition("\n")[0]
    message = (
        f"{file} cannot be opened ({reason}); put back a copy of it, or move it away: the next "
        "`unitcost nightly` builds it anew from landing"
    )
    return DamagedLakeError(message)
