"""Turns any delivered file into `raw.staged` and `raw.rejected`, in bounded memory.

What a record means is not known here; `sql/raw` reads that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from unitcost.staging.archive import is_archive, members
from unitcost.staging.checking import check_records
from unitcost.staging.columns import stage_columns
from unitcost.staging.documents import spool_documents
from unitcost.staging.layout import HEAD_BYTES, Layout, layout_of
from unitcost.staging.limits import StagingError
from unitcost.staging.lines import spool_lines
from unitcost.staging.opening import nameable, read_head
from unitcost.staging.sampling import sample
from unitcost.staging.spool import Spool
from unitcost.staging.tabular import spool_csv, spool_parquet

__all__ = ["Staged", "StagingError", "sample", "stage"]


@dataclass(frozen=True)
class Staged:
    """What a file held: its layout, and how many records can be read and how many cannot."""

    layout: Layout
    records: int
    rejected: int


def stage(
    con: duckdb.DuckDBPyConnection, path: Path, scratch: Path, known: Collection[str] = ()
) -> Staged:
    """Make `raw.staged(source_line, record)` and `raw.rejected(source_line, reason, text)`.

    Every record is the text of a valid JSON object (VARCHAR: a JSON column would be validated again
    by every reader). Rows of CSV and Parquet become objects of column name
    and text (nested Parquet values: JSON); an empty CSV cell is null. `source_line` is the line in
    a file of lines, the line a CSV record begins on, elsewhere the record's ordinal; in a ZIP it
    counts on from file to file, in the order of their names. Both relations
    read files below `scratch`, which must stay until they are no longer needed. A Parquet file of
    plain columns, all of them `known`, is left where it is: see `stage_columns`.

    Raises:
        StagingError: nothing of the file can be read; the message says why.
    """
    spool = Spool(scratch)
    path = nameable(path, spool.folder)
    if is_archive(path):
        layout = Layout.ARCHIVE
        _spool_members(con, path, spool)
    else:
        layout = layout_of(read_head(path, HEAD_BYTES))
        if layout is Layout.PARQUET and known and (rows := stage_columns(con, path, known)):
            return Staged(layout, rows, 0)
        _spool(con, path, layout, spool)
    spool.close()
    records, rejected = check_records(con, spool)
    return Staged(layout, records, rejected)


def _spool_members(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> None:
    """The records of every file of a ZIP, their lines numbered on; a file of none is a reject."""
    for member in members(path, spool.folder):
        spool.begin_part()
        try:
            _spool(con, member.path, layout_of(read_head(member.path, HEAD_BYTES)), spool)
        except StagingError as error:
            spool.reject(1, f"{member.name}: {error}", member.name.encode())
        spool.end_part()


def _spool(con: duckdb.DuckDBPyConnection, path: Path, layout: Layout, spool: Spool) -> None:
    if layout is Layout.LINES:
        spool_lines(con, path, spool)
    elif layout is Layout.DOCUMENTS:
        spool_documents(con, path, spool)
    elif layout is Layout.CSV:
        spool_csv(con, path, spool)
    elif layout is Layout.PARQUET:
        spool_parquet(con, path, spool)
