"""Rows of past months are read from one file a month, which belongs to no table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from unitcost.days.packing import all_rows
from unitcost.lake.closed import month_files
from unitcost.lake.listing import PACKED
from unitcost.months import Month
from unitcost.reconciling.comparing import open_compared
from unitcost.session import Session, open_session
from unitcost.workbench import create_view
from unitcost_models.base import columns
from unitcost_models.meta import LakeFile
from unitcost_models.reconciliation import MeteredUsage

DAYS = [date(2026, 9, 29) + timedelta(n) for n in range(5)]
"""Two of September, three of October."""
_VALUES = {"DATE": "date '{day}'", "BIGINT": "{number}", "VARCHAR": "'x'"}


def write(session: Session, con: duckdb.DuckDBPyConnection, day: date, number: int) -> None:
    cells = (
        f"cast({_VALUES.get(c.sql_type, '0').format(day=day, number=number)} as {c.sql_type})"
        f" as {c.name}"
        for c in columns(MeteredUsage)
    )
    session.write(con, MeteredUsage, f"select {', '.join(cells)}", day)


def read(session: Session) -> tuple[list[LakeFile], list[tuple[object, ...]]]:
    """The files that a reconciliation would read, and what is in them."""
    with session.workbench(with_vocabulary=False) as con:
        files = all_rows(session, con, MeteredUsage.table)
        create_view(con, "found", session.absolute(files))
        return files, con.execute("select day, priced_quantity from found order by all").fetchall()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with open_session(tmp_path) as opened, opened.workbench(with_vocabulary=False) as con:
        for number, day in enumerate(DAYS):
            write(opened, con, day, number)
        yield opened


def test_past_months_are_read_from_one_file_each(session: Session) -> None:
    files, rows = read(session)
    assert [f.table_name for f in files] == ["packed.metered_usage", *[MeteredUsage.table] * 3]
    assert rows == [(day, number) for number, day in enumerate(DAYS)]
    assert read(session) == (files, rows)


def test_a_changed_day_is_packed_anew(session: Session) -> None:
    (old, *_), _ = read(session)
    with session.workbench(with_vocabulary=False) as con:
        write(session, con, DAYS[0], 70)
    (new, *_), rows = read(session)
    assert rows[0] == (DAYS[0], 70)
    assert session.catalogue.live(new.table_name) == [new]
    assert session.catalogue.files[old.path].retired_at is not None


def test_a_closed_month_keeps_no_pack(session: Session) -> None:
    read(session)
    kept = month_files(session.catalogue, Month.of_day(DAYS[0]))
    assert [f.day for f in kept] == DAYS[:2]
    assert not any(f.table_name.startswith(PACKED) for f in kept)


def test_days_that_another_version_wrote_are_compared_too(session: Session) -> None:
    """Of what it did not know nothing is told, and no other day loses it."""
    [last] = session.catalogue.live(MeteredUsage.table, DAYS[-1:])
    file = session.home.root / last.path
    with session.workbench(with_vocabulary=False) as con:
        con.execute(f"create table older as select * exclude twin_quantity from '{file}'")
        con.execute(f"copy older to '{file}' (format parquet)")
        session.catalogue.files[last.path] = last.model_copy(update={"shape": "older"})
        open_compared(session, con, MeteredUsage.table)
        found = con.execute(
            "select day, twin_quantity is null from core.metered_usage order by day"
        ).fetchall()
    assert found == [(day, day == DAYS[-1]) for day in DAYS]
