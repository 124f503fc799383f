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
        UsageError: nothing was published yet.
    """
    import duckdb

    from unitcost.paths import Home

    file = Home(home).snapshot(str(month))
    if not file.is_file():
        message = f"{file}: there is no warehouse yet"
        raise UsageError(
            message, "run `unitcost demo`, or `unitcost ingest PATH` and `unitcost nightly`"
        )
    con = duckdb.connect(str(file), read_only=True)
    con.execute("set enable_progress_bar = false; set timezone = 'UTC'")
    return con
