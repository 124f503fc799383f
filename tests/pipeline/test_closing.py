"""A closed month is as it was, whatever is delivered, corrected or changed later."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.pipeline import books
from tests.pipeline.books import OCTOBER, REQUESTS, THROUGH, deliver, kept_files, night
from unitcost import session
from unitcost.closing.freezing import close_month
from unitcost.days import rebuild
from unitcost.days.build import build_day, open_builder
from unitcost.errors import ClosedMonthError
from unitcost.lake import publish as publishing
from unitcost.lake.catalogue import RETENTION, load_catalogue, utc_now
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.session import open_session
from unitcost.tables import day_tables

MONTH = Month.parse(OCTOBER)


def test_closing_records_what_the_month_consists_of(closed: Home) -> None:
    catalogue = load_catalogue(closed.warehouse)
    row = catalogue.closed[OCTOBER]
    assert (row.days, row.catalogue) == (2, "closed/2026-10.duckdb")
    assert row.price_revision == catalogue.days[date(2026, 10, 30)].price_revision
    pinned = {path for month, path in catalogue.pinned if month == OCTOBER}
    assert row.files == len(pinned) > 2 * len(day_tables())
    lines = [f"{path} {sha256_of(closed.root / path)}\n" for path in sorted(pinned)]
    assert row.files_sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_its_own_catalogue_holds_the_month_and_nothing_else(closed: Home) -> None:
    own = closed.closed / "2026-10.duckdb"
    with duckdb.connect(str(own), read_only=True) as con:
        days = con.execute("select distinct day from marts.cost_per_request order by 1").fetchall()
        prices = con.execute("select count(*) from core.prices").fetchall()
    assert days == [(date(2026, 10, 30),), (date(2026, 10, 31),)]
    assert prices[0][0] > 1000


def files(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A late one, and one of records that are known."""
    deliver(home, "late.csv", (("2026-10-30T12:00:00Z", "z", "gpt-5", 5, 5, "late"),))

    deliver(home, "again.csv", REQUESTS[::-1])


def all_else(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A corrected price, another vocabulary and other software."""
    shipped = books.corrected_book(home.root.parent / "prices", "gpt-5", "1.25", "1.5")
    monkeypatch.setattr(session, "price_book", books.book_of(shipped))
    home.settings_file.write_text('[attribution]\ncustomer_id = ["acme.account"]\n')
    monkeypatch.setattr(rebuild, "transforms_fingerprint", lambda: "another")


@pytest.mark.parametrize("change", [files, all_else])
def test_nothing_that_comes_later_changes_it(
    change: object, closed_books: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = closed_books.closed / "2026-10.duckdb"
    kept, tables = kept_files(closed_books), books.tables_of(own)
    shown = [t for t in tables if t in day_tables()]
    frozen, own_bytes = books.contents(own, tables), own.read_bytes()
    main = books.contents(closed_books.warehouse, shown, "day < date '2026-11-01'")
    assert sum(map(len, main.values())) > 2 * 4

    change(closed_books, monkeypatch)  # type: ignore[operator]
    night(closed_books)
    forget_replaced_files(closed_books)

    assert kept_files(closed_books) == kept
    assert {path: sha256_of(closed_books.root / path) for path in kept} == kept
    assert books.contents(closed_books.warehouse, shown, "day < date '2026-11-01'") == main
    assert own.read_bytes() == own_bytes
    assert books.contents(own, tables) == frozen
    assert not night(closed_books)


def forget_replaced_files(home: Home) -> None:
    """As if the time for which replaced files are kept had passed."""
    with open_session(home.root) as writer:
        long_ago = utc_now() - 2 * RETENTION
        for path, file in writer.catalogue.files.items():
            if file.retired_at is not None:
                writer.catalogue.files[path] = file.model_copy(update={"retired_at": long_ago})
        publishing.remove_expired(home, writer.catalogue)
        writer.publish()


def test_columns_that_came_later_are_null_in_a_closed_month(closed_books: Home) -> None:
    """Its files keep their columns; the views of all days go on working beside them."""
    narrow = "marts.cost_per_feature"
    with open_session(closed_books.root) as writer:
        for path, file in list(writer.catalogue.files.items()):
            if file.table_name == narrow and file.day == date(2026, 10, 30):
                source = str(closed_books.root / path)
                with duckdb.connect() as con:
                    con.execute("create table t as from read_parquet(?)", [source])
                    con.execute("alter table t drop column reasoning_tokens")
                    con.execute(f"copy t to '{source}' (format parquet)")
                older = file.model_copy(update={"shape": "older"})
                writer.catalogue.files[path] = older
        writer.publish()
    query = f"select day, reasoning_tokens is null from {narrow} where requests > 0 order by day"
    with duckdb.connect(str(closed_books.warehouse), read_only=True) as con:
        assert con.execute(query).fetchall() == [
            (date(2026, 10, 30), True),
            (date(2026, 10, 31), False),
            (date(2026, 11, 1), False),
        ]


@pytest.mark.parametrize("moment", ["own catalogue", "publication"])
def test_a_crash_while_closing_leaves_the_month_open_or_closed(
    moment: str, open_books: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the one rename that closes it the month is open, and the draft is cleared away."""
    real = Path.replace
    renames: list[Path] = []

    def die(draft: Path, target: Path) -> Path:
        renames.append(target)
        if len(renames) == {"own catalogue": 1, "publication": 2}[moment]:
            raise KeyboardInterrupt
        return real(draft, target)

    before = kept_files(open_books)
    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        close_month(open_books.root, MONTH)
    monkeypatch.setattr(Path, "replace", real)
    with open_session(open_books.root) as writer:
        assert not writer.catalogue.is_closed(date(2026, 10, 30))
    assert list(open_books.closed.glob("*")) == []
    assert list(open_books.root.glob(".warehouse-*")) == []
    assert kept_files(open_books) == before
    close_month(open_books.root, MONTH)
    assert (open_books.closed / "2026-10.duckdb").is_file()


def test_a_closed_month_follows_its_home(closed_books: Home, tmp_path: Path) -> None:
    moved = Home(tmp_path / "moved")
    before = books.contents(closed_books.closed / "2026-10.duckdb", list(day_tables()))
    closed_books.root.rename(moved.root)
    deliver(moved, "more.csv", (("2026-11-02T12:00:00Z", "m", "gpt-5", 5, 5, "x"),))
    night(moved)
    assert books.contents(moved.closed / "2026-10.duckdb", list(day_tables())) == before


def test_what_is_made_when_it_is_read_stays_as_it_was_at_closing(
    closed_books: Home, tmp_path: Path
) -> None:
    """A home that was moved has its closed catalogues written anew, also by newer software."""
    then = closed_books.closed / "2026-10.duckdb"
    with duckdb.connect(str(then)) as con:
        con.execute(
            "create or replace view marts.cost_per_customer as select *, 0 as revenue_usd, "
            "0 as margin_usd, 0 as margin_pct, 'then' as told from marts.customer_spend"
        )
    moved = Home(closed_books.root.rename(tmp_path / "moved"))
    night(moved, date(2026, 11, 3))
    with duckdb.connect(str(moved.closed / then.name), read_only=True) as con:
        columns = [name for name, *_ in con.execute("describe marts.cost_per_customer").fetchall()]
    assert columns[-1] == "told"


def test_a_lost_catalogue_is_not_taken_for_a_new_home(closed_books: Home) -> None:
    files = sorted(closed_books.lake.rglob("*.parquet"))
    closed_books.warehouse.unlink()
    with (
        pytest.raises(ClosedMonthError, match="restore it from a backup"),
        open_session(closed_books.root),
    ):
        pass
    assert sorted(closed_books.lake.rglob("*.parquet")) == files


def test_a_closed_day_is_not_built_on_request(closed_books: Home) -> None:
    before = kept_files(closed_books)
    with open_session(closed_books.root) as writer:
        with (
            open_builder(writer) as con,
            pytest.raises(ClosedMonthError, match="2026-10-30 is in a closed month"),
        ):
            build_day(writer, con, date(2026, 10, 30), {"marts.cost_per_feature"})
        built = rebuild.build_due(writer, {date(2026, 10, 30)}, set(day_tables()))
    assert date(2026, 10, 30) not in built
    assert not night(closed_books, date(2026, 10, 31))
    assert kept_files(closed_books) == before


def test_the_november_after_it_goes_on(closed_books: Home) -> None:
    deliver(closed_books, "more.csv", (("2026-11-02T12:00:00Z", "m", "gpt-5", 5, 5, "x"),))
    before = load_catalogue(closed_books.warehouse).days
    assert night(closed_books)
    after = load_catalogue(closed_books.warehouse).days
    assert {day for day in after if after[day] != before.get(day)} == {date(2026, 11, 1), THROUGH}
