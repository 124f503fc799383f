"""What tests of whole runs share: a small home that is built once, and Dagster's log in memory.

The log's files cost more than a small night. Runs of the installed command, in processes of their
own, write it as a user's do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.pipeline.books import OCTOBER, REQUESTS, Place, copy_home, deliver, night
from tests.pipeline.deliveries import THROUGH, Fingerprint, files, load, marts
from tests.run_log import log_in_memory
from unitcost import questions_page
from unitcost.closing.freezing import close_month
from unitcost.days import inputs
from unitcost.demo import Truth, demo_truth, write_agreement, write_demo
from unitcost.months import Month
from unitcost.nightly import run_nightly
from unitcost.paths import Home


@pytest.fixture(scope="session", autouse=True)
def _log_in_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        log_in_memory(patch)
        yield


class _Kept(dict[str, dict[str, pa.Table]]):
    """Price books by digest, the earlier ones too: a run clears them for the memory's sake."""

    def clear(self) -> None:
        """Tests go to and fro between the shipped book and a few corrected ones."""


@pytest.fixture(scope="session", autouse=True)
def _books_kept() -> Iterator[None]:
    """Each book is read and checked once a process: that takes as long as two small days."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "_BOOKS", _Kept())
        yield


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of the demo's deliveries; to be read, not changed."""
    folder = tmp_path_factory.mktemp("source")
    write_demo(folder, THROUGH, days=2)
    return folder


@pytest.fixture(scope="session")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Fingerprint:
    """What their marts are, delivered at once as they are."""
    home = Home(tmp_path_factory.mktemp("plain"))
    found = marts(load(home, files(source), source, THROUGH))
    assert len(found) > 2 * 10
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two days of October and one of November, all open; to be copied, not changed."""
    home = Home(tmp_path_factory.mktemp("built"))
    deliver(home, "first.csv", REQUESTS)
    night(home)
    return home


@pytest.fixture(scope="session")
def open_place(built: Home, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where its copies are."""
    return Place.of(built.root, tmp_path_factory.mktemp("open"))


@pytest.fixture
def open_books(open_place: Place) -> Home:
    """A copy of that home."""
    return open_place.put_back()


@pytest.fixture(scope="session")
def closed(built: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """That home with its October closed; to be copied, not changed."""
    home = copy_home(built.root, tmp_path_factory.mktemp("closed") / "home")
    close_month(home.root, Month.parse(OCTOBER))
    return home


@pytest.fixture(scope="session")
def closed_place(closed: Home, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where its copies are."""
    return Place.of(closed.root, tmp_path_factory.mktemp("closed"))


@pytest.fixture
def closed_books(closed_place: Place) -> Home:
    """A copy of the home whose October is closed."""
    return closed_place.put_back()


@pytest.fixture(scope="session")
def truth() -> Truth:
    """What happened in the demo's month."""
    return demo_truth(questions_page.THROUGH, days=questions_page.DAYS)


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the demo's month, made from its files; to be read, not changed."""
    through, days = questions_page.THROUGH, questions_page.DAYS
    home = Home(tmp_path_factory.mktemp("demo"))
    write_demo(home.landing, through, days=days)
    write_agreement(home.price_tables, through, days=days)
    report = run_nightly(home.root, through)
    assert report.failed_checks == ()
    assert (report.quarantined, report.unrecognised_files, report.waiting_rows) == (0, 0, 0)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        yield con
