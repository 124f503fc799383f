"""A published catalogue is read whoever holds it open, and one that is damaged is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.command_line import exit_code
from unitcost.lake.catalogue import Catalogue, load_catalogue
from unitcost.lake.opening import attach_published, open_published
from unitcost.lake.publish import publish
from unitcost.paths import Home

_HOLD = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print(flush=True); input()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A published lake without tables."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    publish(home, Catalogue(), [], "run")
    return home


def test_a_catalogue_held_open_for_writing_is_read(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(home.warehouse), read_only=True)
        with open_published(home.warehouse) as con:
            assert con.execute("select count(*) from meta.lake").fetchall() == [(1,)]
        with duckdb.connect() as con:
            attach_published(con, home.warehouse, "home")
            assert con.execute("select count(*) from home.meta.lake").fetchall() == [(1,)]
        assert load_catalogue(home.warehouse) == Catalogue()
        publish(home, Catalogue(), [], "another run")
        holder.communicate("\n")


@pytest.mark.parametrize("kept", [0, 100, 5000])
@pytest.mark.parametrize("command", [["nightly"], ["sql", "select 1"], ["trust"]])
def test_a_damaged_catalogue_is_told_with_the_way_on(
    home: Home, command: list[str], kept: int, capsys: pytest.CaptureFixture[str]
) -> None:
    home.warehouse.write_bytes(home.warehouse.read_bytes()[:kept])
    assert exit_code("--home", str(home.root), *command) == 1
    assert "put back a copy of it, or move it away" in capsys.readouterr().err
