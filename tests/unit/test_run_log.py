"""Dagster's SQLite files stay open during a run and are whole after it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from unitcost.run_log import open_run_log


def _log(file: Path, event: str) -> int:
    """Write an event as Dagster does, in a connection of its own; how it is synchronised."""
    with create_engine(f"sqlite:///{file}", poolclass=NullPool).begin() as connection:
        connection.execute(text("pragma journal_mode = wal"))
        connection.execute(text("create table if not exists events (event text)"))
        connection.execute(text("insert into events values (:event)"), {"event": event})
        return int(connection.execute(text("pragma synchronous")).scalar_one())


def _events(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [event for (event,) in connection.execute("select event from events")]


def test_a_file_is_written_at_the_end_of_a_run_and_not_at_every_event(tmp_path: Path) -> None:
    file = tmp_path / "events.db"
    written_ahead = file.with_name("events.db-wal")
    with open_run_log():
        assert [_log(file, event) for event in ("a", "b", "c")] == [1, 1, 1]
        assert written_ahead.exists()
        assert _events(file) == ["a", "b", "c"]
    assert not written_ahead.exists()
    assert _events(file) == ["a", "b", "c"]


def test_what_is_opened_after_a_run_is_left_alone(tmp_path: Path) -> None:
    with open_run_log():
        pass
    assert _log(tmp_path / "events.db", "a") == 2


def test_a_log_in_memory_is_left_alone() -> None:
    with open_run_log(), create_engine("sqlite://").connect() as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1


def test_during_a_run_a_file_has_one_engine(tmp_path: Path) -> None:
    """Dagster asks for one at every event; each would compile every statement anew."""
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("run", "run", "index")]
    dagsters = vars(sqlite_event_log)
    assert dagsters["create_engine"] is create_engine
    with open_run_log():
        first, again, other = (dagsters["create_engine"](url, poolclass=NullPool) for url in urls)
    assert first is again
    assert first is not other
    assert dagsters["create_engine"] is create_engine
