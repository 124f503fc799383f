"""Files that appear whole or not at all, and whose drafts do not outlive a killed process.

Whoever writes a draft holds a lock on its folder, which the kernel releases when the process dies:
a draft folder that nobody holds is a left-over. What is in the files is not known here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

_PREFIX = ".draft-"


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A draft that takes the target's place at the end, safe on disk, and is gone after an error.

    It lies in a folder of its own beside the target, under a hidden name.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep([target.parent])
    with _held_folder(target.parent) as folder:
        draft = folder / ".draft"
        yield draft
        with draft.open("rb") as handle:
            os.fsync(handle.fileno())
        draft.replace(target)


def sweep(folders: Iterable[Path]) -> None:
    """Remove the drafts in these folders whose writers were killed."""
    for folder in folders:
        for draft in folder.glob(f"{_PREFIX}*"):
            with suppress(OSError):  # gone meanwhile, or not ours to remove
                handle = _lock(draft)
                if handle is not None:
                    shutil.rmtree(draft)
                    os.close(handle)


@contextmanager
def _held_folder(parent: Path) -> Iterator[Path]:
    """A new folder, locked; made anew should a sweep have come between."""
    folder, handle = None, None
    while folder is None or handle is None:
        folder = parent / f"{_PREFIX}{uuid4().hex}"
        folder.mkdir()
        with suppress(FileNotFoundError):
            handle = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _lock(folder: Path) -> int | None:
    """A handle that holds the folder's lock; None where another has it, or has removed it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return handle
