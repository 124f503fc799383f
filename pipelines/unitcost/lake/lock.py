"""One writer at a time, by a lock that the kernel releases when the process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockedError(RuntimeError):
    """Another process is writing."""


@contextmanager
def writer_lock(file: Path) -> Iterator[None]:
    """Hold the writer's lock.

    Raises:
        LockedError: another process holds it; the message names its process id.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            message = f"another run (process {holder}) is writing {file.parent}; wait for it to end"
            raise LockedError(message) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
