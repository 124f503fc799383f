"""A home that was moved or copied reads its own files after one run, and till then nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.command_line import exit_code
from tests.pipeline.books import THROUGH
from unitcost.nightly import run_nightly
from unitcost.paths import Home

QUERY = "select sum(requests)::bigint as requests from marts.cost_per_feature"


def test_a_copy_never_reads_the_original(
    built: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(built.root, root)
    assert exit_code("--home", str(root), "sql", QUERY) == 2
    assert "run `unitcost nightly` once" in capsys.readouterr().err
    assert run_nightly(root, THROUGH).is_up_to_date
    assert exit_code("--home", str(root), "sql", QUERY, "--format", "csv") == 0
    assert capsys.readouterr().out == "requests\n5\n"
