"""A lake of a newer version is refused, one of an older version read and brought up to date."""

from __future__ import annotations

import duckdb
import pytest

from tests.command_line import exit_code
from tests.pipeline.books import REQUESTS, THROUGH, Place, contents, deliver, night
from unitcost import __version__
from unitcost.lake.catalogue import SCHEMA_VERSION
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.queries import views_fingerprint

NEWEST = (SCHEMA_VERSION, __version__, views_fingerprint())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A published lake, and where its copies are."""
    home = Home(tmp_path_factory.mktemp("lake") / "home")
    deliver(home, "first.csv", REQUESTS[:1])
    assert night(home)
    return Place.of(home.root, tmp_path_factory.mktemp("copies"))


@pytest.fixture
def home(published: Place) -> Home:
    """A copy of it."""
    return published.put_back()


def change(home: Home, statement: str) -> None:
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute(statement)


def test_a_newer_lake_is_refused_and_left_as_it_is(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    change(home, f"update meta.lake set schema_version = {SCHEMA_VERSION + 1}, written_by = '9.1'")
    before = {
        p: p.read_bytes() for p in home.root.rglob("*") if p.suffix in (".duckdb", ".parquet")
    }
    for command in (["nightly"], ["close", "2026-10"], ["reprice", "--dry-run"]):
        assert exit_code("--home", str(home.root), *command) == 1
        assert "install unitcost 9.1 or later" in capsys.readouterr().err
    after = {p: p.read_bytes() for p in home.root.rglob("*") if p.suffix in (".duckdb", ".parquet")}
    assert after == before


def test_an_older_lake_is_read_and_published_as_the_newest(home: Home) -> None:
    table = "marts.cost_per_request"
    [before] = contents(home.warehouse, [table])[table]
    change(home, "drop table meta.lake")
    change(home, "alter table meta.deliveries drop column left_out")
    change(home, "alter table meta.files drop column shape")
    deliver(home, "second.csv", REQUESTS[2:3])
    assert night(home)
    assert contents(home.warehouse, ["meta.lake"])["meta.lake"] == [NEWEST]
    after = contents(home.warehouse, [table])[table]
    assert before in after
    assert len(after) == 2


def test_an_older_lake_to_which_nothing_new_comes_is_published_as_the_newest(home: Home) -> None:
    change(home, "drop table meta.lake")
    assert run_nightly(home.root, THROUGH).is_up_to_date
    assert contents(home.warehouse, ["meta.lake"])["meta.lake"] == [NEWEST]


def test_views_of_another_version_are_published_though_nothing_new_comes(home: Home) -> None:
    change(home, "update meta.lake set views = 'others'")
    change(home, "create or replace view marts.trust as select 1 as part")
    assert run_nightly(home.root, THROUGH).is_up_to_date
    assert contents(home.warehouse, ["meta.lake"])["meta.lake"] == [NEWEST]
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.execute("select weight from marts.trust").fetchall()
