"""Keeps Dagster's log of a run from starting anew, and waiting for the disk, at every event.

It knows nothing of what a run does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine

_STORAGES = (vars(sqlite_event_log), vars(sqlite_run_storage))


@contextmanager
def open_run_log() -> Iterator[None]:
    """While it lasts, what Dagster makes anew for each of a thousand events is made once."""
    with _one_engine_a_file(), _files_held_open():
        yield


@contextmanager
def _one_engine_a_file() -> Iterator[None]:
    """To make an engine, and to compile each statement for it again, was most of the log's cost."""
    engines: dict[str, Engine] = {}

    def engine_of(url: str, **options: Any) -> Engine:
        if url not in engines:
            engines[url] = create_engine(url, **options)
        return engines[url]

    for storage in _STORAGES:
        storage["create_engine"] = engine_of
    try:
        yield
    finally:
        for storage in _STORAGES:
            storage["create_engine"] = create_engine


@contextmanager
def _files_held_open() -> Iterator[None]:
    """The SQLite files that Dagster opens for each event stay open.

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
