"""Runs the command line in a process of its own, which can be killed at a chosen moment.

A server process has imported Dagster and DuckDB once and forks for each run, so that a run costs
its work and not its start. What the commands are is not known here.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import pytest

from tests.run_log import log_in_memory
from unitcost.cli import main
from unitcost.lake import catalogue

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [
        *("unitcost.nightly", "unitcost.definitions", "unitcost.jobs", "unitcost.commands.nightly"),
        *("dagster._core.storage.event_log", "dagster._core.storage.runs", "alembic"),
        *(
            "sqlalchemy.dialects.sqlite",
            "sqlalchemy.pool",
            "tests.run_log",
            "tests.faults.preloaded",
        ),
    ]
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MOVES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir")
PATIENCE_SECONDS = 1200
"""After this a process counts as hanging; where many share a core, a night can take minutes."""


@dataclass(frozen=True)
class Kill:
    """When a process dies: so many seconds after its start, or before its nth change of a file."""

    seconds: float | None = None
    change: int | None = None

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s" if self.change is None else f"change {self.change}"


@dataclass(frozen=True)
class Run:
    """How a process ended: its exit code (negative: the signal), what it said, how long it took."""

    code: int | None
    said: str
    seconds: float
    changes: int = 0
    """Files of its home that it began to write, renamed or removed, Dagster's log left out."""

    @property
    def was_killed(self) -> bool:
        """Whether it died of the signal."""
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Command:
    """Words of a command line, where it works, and what its environment has besides."""

    words: Sequence[str]
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    logs_to_disk: bool = False
    """Whether Dagster's log is kept in files as a user's is; in memory it costs half."""
    clock_days: int = 0
    """How far the process's clock is ahead."""

    said_to: Path | None = None
    """Where what it says is kept; beside its home if not named."""

    @property
    def log(self) -> Path:
        """What the process says."""
        return self.said_to or self.home.with_name(f"{self.home.name}.log")

    def start(self, kill: Kill | None = None, file_limit: int | None = None) -> Any:
        """The process, started."""
        change = kill.change if kill else None
        process = _PROCESSES.Process(target=_work, args=(self, change, file_limit), daemon=False)
        process.start()
        return process

    def run(self, kill: Kill | None = None, file_limit: int | None = None) -> Run:
        """Run to the end, or to the kill."""
        began = time.monotonic()
        process = self.start(kill, file_limit)
        limit = kill.seconds if kill and kill.seconds is not None else PATIENCE_SECONDS
        process.join(limit)
        if process.is_alive():
            process.kill()
            process.join()
        return ended(self, process, time.monotonic() - began)


def ended(command: Command, process: Any, seconds: float) -> Run:
    """What is known of a process that has ended."""
    said = command.log.read_text(errors="replace") if command.log.exists() else ""
    counted = command.log.with_suffix(".changes")
    changes = int(counted.read_text()) if counted.exists() else 0
    counted.unlink(missing_ok=True)
    return Run(process.exitcode, said, seconds, changes)


def _work(command: Command, dies_at: int | None, file_limit: int | None) -> None:
    os.environ.update(command.environment)
    output = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    changes = _Changes(command.home, dies_at)
    if file_limit is not None:
        _limit_files(file_limit)
    if not command.logs_to_disk:
        log_in_memory(pytest.MonkeyPatch())
    if command.clock_days:
        _move_clock(timedelta(days=command.clock_days))
    sys.addaudithook(changes.see)
    try:
        main(["--home", str(command.home), *command.words])
    finally:
        changes.is_over = True
        command.log.with_suffix(".changes").write_text(str(changes.count))


class _Changes:
    """Counts what changes a file of the home, and dies before the nth."""

    def __init__(self, home: Path, dies_at: int | None) -> None:
        self._home = f"{home}/"
        self._log = f"{home}/dagster/"
        self._dies_at = dies_at
        self.count = 0
        self.is_over = False

    def see(self, event: str, arguments: tuple[Any, ...]) -> None:
        """An audit event of the interpreter."""
        if self.is_over or not (event == "open" or event in _MOVES):
            return
        path = str(arguments[0])
        is_ours = path.startswith(self._home) and not path.startswith(self._log)
        if is_ours and (event != "open" or _opens_to_write(arguments[2])):
            self.count += 1
            if self.count == self._dies_at:
                os.kill(os.getpid(), signal.SIGKILL)


def _opens_to_write(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & _WRITES)


def _limit_files(size: int) -> None:
    """No file may grow beyond a size: what writes more fails as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _move_clock(ahead: timedelta) -> None:
    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + ahead

    vars(catalogue)["datetime"] = Moved
