"""The wheel, installed alone, runs the demo even where a hostile `models` package lies about.

`UNITCOST_DEMO_DAYS=30` runs the whole month, as `.ci/run` does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAYS = os.environ.get("UNITCOST_DEMO_DAYS", "2")
MONTH = ("--through", "2026-11-12", "--days", DAYS)


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and nothing of the checkout."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    run(uv, "build", "--quiet", "--wheel", "--out-dir", str(folder), cwd=ROOT)
    wheel = next(folder.glob("*.whl"))
    run(uv, "venv", "--quiet", "--python", sys.executable, str(folder / "env"), cwd=folder)
    locked = folder / "locked.txt"
    export = ("export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes")
    run(uv, *export, "--output-file", str(locked), cwd=ROOT)
    python = str(folder / "env" / "bin" / "python")
    # Hard links are there in a second; 400 MB of copies take the disk ten times as long.
    install = ("pip", "install", "--quiet", "--link-mode", "hardlink", "--python", python)
    run(uv, *install, "-r", str(locked), cwd=folder)
    run(uv, *install, "--no-deps", str(wheel), cwd=folder)
    return folder / "env" / "bin"


def test_the_demo_runs_beside_a_hostile_models_package(installed: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "models"
    hostile.mkdir()
    (hostile / "__init__.py").write_text("raise RuntimeError('the wrong models package')\n")
    answers = json.loads(run(str(installed / "unitcost"), "demo", *MONTH, "--json", cwd=tmp_path))
    assert len(answers) >= 6
    assert all(answer["rows"] for answer in answers)
