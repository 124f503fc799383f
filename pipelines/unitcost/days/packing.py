"""Keeps the rows that a daily table has of a past month in one file too, for who reads all days.

To open a file costs more than its few rows. No table is made of packs: a pack is made of the days'
files, and made anew when one of them is another.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import duckdb

from unitcost.lake.listing import PACKED
from unitcost.lake.shapes import select_rows, shape_of
from unitcost.months import Month
from unitcost.session import RawPart, Session
from unitcost.tables import row_models
from unitcost_models.meta import LakeFile


def all_rows(session: Session, con: duckdb.DuckDBPyConnection, table: str) -> list[LakeFile]:
    """Files that hold all rows of a daily table: packs, and of its last month the days' own."""
    months: dict[Month, list[LakeFile]] = defaultdict(list)
    for file in session.catalogue.live(table):
        if file.rows and file.day is not None:
            months[Month.of_day(file.day)].append(file)
    last = max(months, default=None)
    found = []
    for month, files in sorted(months.items()):
        is_packed = month != last and len(files) > 1
        found += [_pack(session, con, table, month, files)] if is_packed else files
    return found


def _pack(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    table: str,
    month: Month,
    files: Sequence[LakeFile],
) -> LakeFile:
    """The month's pack, made anew unless it holds just these files, in today's columns."""
    name = f"{PACKED}{table.partition('.')[2]}"
    holds = hashlib.sha256("\n".join(file.sha256 for file in files).encode()).hexdigest()
    row = row_models()[table]
    for pack in session.catalogue.live(name, [month.first]):
        if pack.delivery == holds and pack.shape == shape_of(row):
            return pack
    rows = select_rows(con, row, session.home.root, files)
    return session.write_pack(con, row, rows, RawPart(month.first, holds, False, name))
