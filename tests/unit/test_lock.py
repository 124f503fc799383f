"""One writer; a second one is told who writes; a dead one leaves no lock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unitcost.lake.lock import LockedError, writer_lock

HOLDER = """
import sys, time
from pathlib import Path
from unitcost.lake.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    file = tmp_path / "home" / ".lock"
    with (
        writer_lock(file),
        pytest.raises(LockedError, match=f"process {os.getpid()}"),
        writer_lock(file),
    ):
        pass
    with writer_lock(file):
        assert file.read_text() == str(os.getpid())


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    file = tmp_path / ".lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=str(holder.pid)), writer_lock(file):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with writer_lock(file):
        assert file.exists()
