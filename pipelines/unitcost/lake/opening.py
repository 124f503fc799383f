"""Opens a published catalogue for reading, whoever else has it open."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from unitcost.sqltext import sql_name, sql_text


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
        with _copy_of_locked(file, error) as copy:
            return duckdb.connect(str(copy), read_only=True)


def attach_published(con: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    """Attach a published catalogue to a connection, as `open_published` opens it.

    Raises:
        DamagedLakeError: it is no whole database.
    """
    try:
        _attach(con, file, name)
    except duckdb.IOException as error:
        with _copy_of_locked(file, error) as copy:
            _attach(con, copy, name)


def _attach(con: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    con.execute(f"attach {sql_text(file)} as {sql_name(name)} (read_only)")


@contextmanager
def _copy_of_locked(file: Path, error: duckdb.IOException) -> Iterator[Path]:
    """A copy for as long as it takes to open it; a file that is not locked is damaged."""
    if "Could not set lock" not in str(error):
        raise _damaged(file, error) from error
    with tempfile.TemporaryDirectory(prefix="unitcost-") as folder:
        yield Path(shutil.copyfile(file, Path(folder, file.name)))


def _damaged(file: Path, error: duckdb.IOException) -> DamagedLakeError:
    reason = str(error).partition("\n")[0]
    message = (
        f"{file} cannot be opened ({reason}); put back a copy of it, or move it away: the next "
        "`unitcost nightly` builds it anew from landing"
    )
    return DamagedLakeError(message)
