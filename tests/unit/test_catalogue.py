"""The catalogue: what is live, what is replaced, and what a published warehouse shows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from tests.unit.bill_rows import DAY, Bill
from unitcost.lake.catalogue import RETENTION, Catalogue, load_catalogue, utc_now
from unitcost.lake.files import table_folder, write_rows
from unitcost.lake.publish import publish, remove_expired, remove_orphans
from unitcost.paths import Home
from unitcost.workbench import open_workbench
from unitcost_models.meta import LakeFile


def written(home: Home, cost: str, day: date = DAY) -> LakeFile:
    with open_workbench() as con:
        sql = f"select date '{day}' as day, {cost}::decimal(18,6) as cost_usd"
        file = write_rows(con, Bill, sql, table_folder(home.lake, Bill.table, day))
    return LakeFile(
        table_name=Bill.table,
        day=day,
        path=str(file.path.relative_to(home.root)),
        rows=file.rows,
        bytes=file.bytes,
        sha256=file.sha256,
        run_id="r",
        delivery=None,
        is_late=False,
        retired_at=None,
        shape=file.shape,
    )


def costs(home: Home) -> list[tuple[date, Decimal]]:
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return con.execute("select day, cost_usd from marts.bills order by day").fetchall()


def test_a_newer_file_takes_the_place_of_its_day_only(tmp_path: Path) -> None:
    home, catalogue = Home(tmp_path), Catalogue()
    catalogue.replace(written(home, "1.5"))
    catalogue.replace(written(home, "7", DAY + timedelta(1)))
    catalogue.replace(written(home, "2.5"))
    publish(home, catalogue, [Bill], "r1")
    assert costs(home) == [(DAY, Decimal("2.5")), (DAY + timedelta(1), Decimal(7))]


def test_a_catalogue_survives_publication(tmp_path: Path) -> None:
    home, catalogue = Home(tmp_path), Catalogue()
    catalogue.replace(written(home, "1"))
    catalogue.touches.add((DAY, "abc"))
    publish(home, catalogue, [Bill], "r1")
    assert load_catalogue(home.warehouse) == catalogue


def test_an_empty_table_is_there_and_typed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish(home, Catalogue(), [Bill], "r1")
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert con.execute(
            "select typeof(cost_usd) from (select any_value(cost_usd) as cost_usd from marts.bills)"
        ).fetchall() == [("DECIMAL(38,12)",)]


def test_a_reader_keeps_its_snapshot(tmp_path: Path) -> None:
    home, catalogue = Home(tmp_path), Catalogue()
    catalogue.replace(written(home, "1"))
    publish(home, catalogue, [Bill], "r1")
    with duckdb.connect(str(home.warehouse), read_only=True) as reader:
        catalogue.replace(written(home, "2"))
        publish(home, catalogue, [Bill], "r2")
        remove_orphans(home, catalogue)
        assert reader.execute("select cost_usd from marts.bills").fetchall() == [(Decimal(1),)]
    assert costs(home) == [(DAY, Decimal(2))]


def test_what_no_catalogue_names_is_removed(tmp_path: Path) -> None:
    home, catalogue = Home(tmp_path), Catalogue()
    kept = written(home, "1")
    catalogue.replace(kept)
    orphan = written(home, "2")
    (tmp_path / ".warehouse-dead.duckdb").touch()
    assert remove_orphans(home, catalogue) == 2
    assert (tmp_path / kept.path).exists()
    assert not (tmp_path / orphan.path).exists()


def test_replaced_files_are_kept_for_a_while_only(tmp_path: Path) -> None:
    home, catalogue = Home(tmp_path), Catalogue()
    old = written(home, "1")
    catalogue.replace(old)
    catalogue.replace(written(home, "2"))
    publish(home, catalogue, [Bill], "r1")
    assert old.path in catalogue.files
    expired = utc_now() - RETENTION - timedelta(minutes=1)
    catalogue.files[old.path] = old.model_copy(update={"retired_at": expired})
    remove_expired(home, catalogue)
    publish(home, catalogue, [Bill], "r2")
    assert remove_orphans(home, catalogue) == 0
