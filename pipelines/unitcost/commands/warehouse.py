"""Opens the published warehouse for reading. No command lives here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unitcost.errors import UsageError

if TYPE_CHECKING:
    import duckdb

    from unitcost.months import Month


def read_warehouse(home: Path, month: Month | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published snapshot, or to a closed month's own catalogue.

    Raises:
        UsageError: nothing was published yet, or the home was moved since.
        DamagedLakeError: it is no whole database.
    """
    from unitcost.lake.closed import reads_below
    from unitcost.lake.opening import open_published
    from unitcost.paths import Home

    file = Home(home).snapshot(str(month))
    if not file.is_file():
        message = f"{file}: there is no warehouse yet"
        raise UsageError(
            message, "run `unitcost demo`, or `unitcost ingest PATH` and `unitcost nightly`"
        )
    con = open_published(file)
    if not reads_below(con, home):
        con.close()
        message = f"{file} names its tables' files elsewhere: the home folder was moved or copied"
        raise UsageError(message, "run `unitcost nightly` once, which publishes it where it is now")
    con.execute("set enable_progress_bar = false; set timezone = 'UTC'")
    return con


def lock_down(con: duckdb.DuckDBPyConnection, home: Path, written: str | None) -> None:
    """Leave a query the warehouse's own files, and one path to be written; no way back.

    No other file, no address, no extension, no variable of this program can be reached.
    """
    from unitcost.paths import Home
    from unitcost.sqltext import sql_text

    root = Home(home.resolve())
    folders = ", ".join(sql_text(f"{folder}/") for folder in (root.lake, root.quarantine))
    paths = sql_text(written) if written else ""
    con.execute(
        f"""set allowed_directories = [{folders}]; set allowed_paths = [{paths}];
            set python_enable_replacements = false; set autoload_known_extensions = false;
            set enable_external_access = false; set lock_configuration = true"""
    )
