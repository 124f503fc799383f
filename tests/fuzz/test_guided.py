"""A few seconds of the fuzzing that coverage guides, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = int(os.environ.get("UNITCOST_FUZZ_SECONDS", "5"))


def test_staging_holds_whatever_is_delivered(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is built for Linux on x86_64 only")
    command = [sys.executable, "-m", "tests.fuzz.guided", f"-max_total_time={SECONDS}", "-seed=1"]
    path = os.pathsep.join(p for p in sys.path if p)
    run = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
    assert "Done " in run.stderr
