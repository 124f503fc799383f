"""Keeps Dagster's log of a run from waiting for the disk at every event.

It knows nothing of what a run does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine


@contextmanager
def open_run_log() -> Iterator[None]:
    """While it lasts, the SQLite files that Dagster opens for each event stay open.

    The last connection to close writes all that was logged into the file and waits for the disk;
    so does every commit, unless `synchronous` is `normal`, with which a file in WAL mode is whole
    after a power cut, though events of the last moment may be missing
    (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    held: dict[str, sqlite3.Connection] = {}

    def hold(opened: sqlite3.Connection, _record: object) -> None:
        opened.execute("pragma synchronous = normal")
        [(_, _, file)] = opened.execute("pragma database_list").fetchall()
        if not file:  # in memory
            return
        if file not in held:
            held[file] = sqlite3.connect(file, check_same_thread=False)
        held[file].execute("select count(*) from sqlite_master").fetchall()  # joins the WAL

    event.listen(Engine, "connect", hold)
    try:
        yield
    finally:
        event.remove(Engine, "connect", hold)
        for connection in held.values():
            connection.close()
