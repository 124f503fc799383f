"""A writer's session leaves nothing that nobody names, whether it ends, fails or publishes less."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.unit.bill_rows import DAY, Bill
from unitcost.lake.catalogue import RETENTION, load_catalogue, utc_now
from unitcost.paths import Home
from unitcost.session import Session, open_session
from unitcost.workbench import open_workbench


def write(session: Session, amount: int) -> Path:
    """A day's table of one row; where it stands."""
    with open_workbench() as con:
        sql = f"select date '{DAY}' as day, {amount}::decimal(18, 6) as cost_usd"
        file = session.write(con, Bill, sql, DAY)
    return session.home.root / file.path


def fail(session: Session, _: Path) -> None:
    """What the engine raises where a table cannot be made."""
    session.workbench(with_vocabulary=False).execute("select error('no')")


def test_what_was_not_published_goes_with_the_session(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        kept = write(session, 1)
        session.publish()
        lost = write(session, 2)
    assert (kept.exists(), lost.exists()) == (True, False)
    assert not Home(tmp_path).scratch.exists()


def test_what_a_failure_left_is_removed_by_the_next(tmp_path: Path) -> None:
    with pytest.raises(duckdb.Error), open_session(tmp_path) as session:
        fail(session, write(session, 1))
    [lost] = Home(tmp_path).lake.rglob("*.parquet")
    with open_session(tmp_path):
        assert not lost.exists()


def test_a_replaced_file_goes_when_its_time_has_passed(tmp_path: Path) -> None:
    with open_session(tmp_path) as session:
        old, new = write(session, 1), write(session, 2)
        session.publish()
    with open_session(tmp_path) as session:
        assert old.exists()
        files = session.catalogue.files
        long_ago = utc_now() - RETENTION - timedelta(minutes=1)
        path = str(old.relative_to(session.home.root))
        files[path] = files[path].model_copy(update={"retired_at": long_ago})
        session.publish()
    with open_session(tmp_path) as session:
        assert (old.exists(), new.exists()) == (False, True)
        session.publish()
    assert path not in load_catalogue(Home(tmp_path).warehouse).files
