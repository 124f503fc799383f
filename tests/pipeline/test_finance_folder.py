"""The finance folder: written when its tables changed, and the same for ever once closed."""

from __future__ import annotations

import hashlib
import json
import shutil
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.pipeline.books import OCTOBER, THROUGH, deliver, night
from unitcost.errors import UsageError
from unitcost.export.folder import MANIFEST, stale_months, write_folder
from unitcost.lake.catalogue import load_catalogue
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.settings import ExportSettings, load_settings

ASKED = ExportSettings(
    tables=("marts.cost_per_customer", "marts.cost_per_feature", "core.adjustments"),
    formats=("csv", "xlsx", "parquet"),
    focus=("1.2", "1.4"),
)


@pytest.fixture
def books(closed_books: Home) -> Home:
    return closed_books


def write(home: Home, asked: ExportSettings = ASKED) -> list[str]:
    return [str(m) for m in write_folder(home, load_catalogue(home.warehouse), asked)]


def manifest(home: Home, month: str = OCTOBER) -> dict[str, Any]:
    return dict(json.loads((home.exports / month / MANIFEST).read_text()))


def digests(home: Home, month: str = OCTOBER) -> dict[str, str]:
    folder = home.exports / month
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_the_manifest_vouches_for_every_file(books: Home) -> None:
    assert write(books) == ["2026-10", "2026-11"]
    found = digests(books)
    named = {entry["file"]: entry["sha256"] for entry in manifest(books)["files"]}
    assert found.pop(MANIFEST)
    assert named == found
    with duckdb.connect(str(books.warehouse), read_only=True) as con:
        cost = con.execute(
            "select sum(cost_usd) from marts.cost_per_request where day < date '2026-11-01'"
        ).fetchall()[0][0]
    sums = [e["sums"] for e in manifest(books)["files"] if "adjust" not in e["table"]]
    assert {Decimal(s.get("cost_usd") or s["EffectiveCost"]) for s in sums} == {cost}


def test_nothing_is_written_twice_and_nothing_stays_that_is_not_asked_for(books: Home) -> None:
    write(books)
    assert write(books) == []
    (books.exports / OCTOBER / "focus-1.2-2026-10.csv").unlink()
    assert write(books) == ["2026-10"]
    (books.exports / OCTOBER / "own.txt").write_text("kept")
    write(books, ExportSettings(tables=("core.adjustments",)))
    assert {*digests(books)} == {"core.adjustments-2026-10.csv", "own.txt", MANIFEST}


def test_a_closed_months_files_are_the_same_for_ever(books: Home) -> None:
    write(books)
    before = digests(books)
    deliver(books, "late.csv", (("2026-10-30T12:00:00Z", "z", "gpt-5", 5, 5, "late"),))
    assert night(books)
    assert write(books) == ["2026-11"]
    assert digests(books) == before
    shutil.rmtree(books.exports / OCTOBER)
    assert write(books) == ["2026-10"]
    assert digests(books) == before
    corrections = [e for e in manifest(books, "2026-11")["files"] if "focus" in e["file"]]
    assert {e["rows"] for e in corrections} == {2}


def test_a_closed_months_columns_are_those_of_its_time(
    books: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(books)
    before = digests(books)
    shutil.rmtree(books.exports)
    own = books.closed / f"{OCTOBER}.duckdb"
    with duckdb.connect(str(own)) as con:
        con.execute("alter view marts.cost_per_feature rename to cost_per_feature_then")
        con.execute(
            "create view marts.cost_per_feature as "
            "select 'new' as added_column, * from marts.cost_per_feature_then"
        )
    write(books)
    assert digests(books) == before


def test_a_wrong_table_is_named(books: Home) -> None:
    with pytest.raises(UsageError, match=r"marts\.nothing: there is no such table"):
        write(books, ExportSettings(tables=("marts.nothing",)))


def test_the_nightly_writes_what_is_asked_for_and_nothing_else(open_books: Home) -> None:
    home = open_books
    assert (
        stale_months(
            home, load_catalogue(home.warehouse), load_settings(home.settings_file).exports
        )
        == []
    )
    home.settings_file.write_text('[exports]\ntables = ["marts.cost_per_feature"]\n')
    assert not run_nightly(home.root, THROUGH).is_up_to_date
    assert {p.name for p in (home.exports / OCTOBER).iterdir()} == {
        "marts.cost_per_feature-2026-10.csv",
        MANIFEST,
    }
    assert run_nightly(home.root, THROUGH).is_up_to_date
