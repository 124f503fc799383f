"""A file appears whole or not at all; what the dead left is swept, what the living hold stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from unitcost.drafts import appearing, sweep
from unitcost.reading.landing import deliveries

WRITER = """
import sys, time
from pathlib import Path
from unitcost.drafts import appearing
with appearing(Path(sys.argv[1])) as draft:
    draft.write_text("half")
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "new" / "file.csv"
    with appearing(target) as draft:
        draft.write_text("whole")
        assert not target.exists()
        assert deliveries(tmp_path) == []
    assert target.read_text() == "whole"
    assert list(target.parent.iterdir()) == [target]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file.csv"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError), appearing(target) as draft:
        draft.write_text("half of it \ud800", encoding="utf-8")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_only_drafts_of_the_dead_are_swept(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "x")], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        sweep([tmp_path])
        assert len(list(tmp_path.iterdir())) == 1
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    assert len(list(tmp_path.iterdir())) == 1
    with appearing(tmp_path / "y") as draft:
        draft.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["y"]
