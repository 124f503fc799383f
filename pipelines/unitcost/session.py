"""One writer's session: the lock, the catalogue being changed, scratch space, and publishing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import duckdb
import pyarrow as pa

from unitcost.drafts import sweep
from unitcost.lake.catalogue import Catalogue, load_catalogue
from unitcost.lake.closed import follow_home, require_catalogue
from unitcost.lake.files import table_folder, write_rows
from unitcost.lake.lock import writer_lock
from unitcost.lake.publish import publish, remove_expired, remove_orphans
from unitcost.paths import Home
from unitcost.price_book.book import PriceBook
from unitcost.privacy import Pseudonyms, load_pseudonyms
from unitcost.settings import Settings, load_settings
from unitcost.silence import note_silence, passed_through
from unitcost.sources.vocabulary import Vocabulary, create_macros, load_vocabulary
from unitcost.tables import published_models
from unitcost.task_rules import create_rule_macros
from unitcost.workbench import open_workbench
from unitcost_models.base import Row
from unitcost_models.meta import LakeFile, QuarantinedRecord


@dataclass(frozen=True)
class RawPart:
    """Which part of a table a file holds: its day, its delivery, whether it is of late rows.

    `table` names another table than that of the row model.
    """

    day: date | None
    delivery: str | None
    is_late: bool
    table: str | None = None


@dataclass
class Session:
    """What a run works with. Nothing it writes is seen before `publish`."""

    home: Home
    settings: Settings
    vocabulary: Vocabulary
    catalogue: Catalogue
    book: PriceBook
    run_id: str = field(default_factory=lambda: uuid4().hex[:12])
    prices: dict[str, pa.Table] = field(default_factory=dict)
    """The price book's tables, once they were read."""
    pseudonyms: Pseudonyms | None = None
    """What makes the names of customers and users unknown, where the settings ask for it."""
    scratch: Path = field(init=False)
    """Spill and staging files."""
    has_unpublished: bool = field(init=False, default=False)
    """Whether it has written files that nobody else knows of yet."""

    def __post_init__(self) -> None:
        """A writer's scratch is in its home; a reader's is elsewhere."""
        self.scratch = self.home.scratch
        note_silence(self.catalogue, self.settings.tasks)

    def workbench(self, with_vocabulary: bool = True) -> duckdb.DuckDBPyConnection:
        """An empty in-memory database, spilling to scratch, with the vocabulary's macros or not."""
        con = open_workbench(self.settings.memory_limit, str(self.scratch))
        if self.pseudonyms:
            self.pseudonyms.create_macro(con)
        if with_vocabulary:
            create_macros(con, self.vocabulary)
            rules = self.settings.tasks
            create_rule_macros(con, rules, passed_through(self.catalogue, rules))
        return con

    def write(
        self,
        con: duckdb.DuckDBPyConnection,
        row: type[Row],
        sql: str,
        day: date | None,
        is_empty: bool = False,
    ) -> LakeFile:
        """Write a table's rows of one day; the file takes the place of the day's older one.

        `is_empty`: there surely are none.
        """
        file = self._write(con, row, sql, RawPart(day, None, False), is_empty)
        self.catalogue.replace(file)
        return file

    def write_raw(
        self, con: duckdb.DuckDBPyConnection, row: type[Row], sql: str, part: RawPart
    ) -> LakeFile:
        """Write a delivery's rows of one day; the file stands beside those of others."""
        file = self._write(con, row, sql, part)
        self.catalogue.add(file)
        return file

    def write_pack(
        self, con: duckdb.DuckDBPyConnection, row: type[Row], sql: str, part: RawPart
    ) -> LakeFile:
        """Write rows of several files of a table again as one file of another."""
        file = self._write(con, row, sql, part)
        self.catalogue.replace(file)
        return file

    def _write(
        self,
        con: duckdb.DuckDBPyConnection,
        row: type[Row],
        sql: str,
        part: RawPart,
        is_empty: bool = False,
    ) -> LakeFile:
        table = part.table or row.table
        folder = table_folder(self.home.lake, table, part.day)
        if row is QuarantinedRecord:
            folder = self.home.quarantine
        self.has_unpublished = True
        written = write_rows(con, row, sql, folder, is_empty)
        return LakeFile(
            table_name=table,
            day=part.day,
            path=str(written.path.relative_to(self.home.root)),
            rows=written.rows,
            bytes=written.bytes,
            sha256=written.sha256,
            run_id=self.run_id,
            delivery=part.delivery,
            is_late=part.is_late,
            retired_at=None,
            shape=written.shape,
        )

    def absolute(self, files: list[LakeFile]) -> list[str]:
        """Paths that DuckDB can read."""
        return [str(self.home.root / f.path) for f in files]

    def publish(self) -> None:
        """Make everything written so far visible, at once."""
        self.catalogue.expected = self.settings.expected_reports()
        publish(self.home, self.catalogue, published_models(), self.run_id)
        self.has_unpublished = False
        follow_home(self.home, published_models(), self.run_id)


@contextmanager
def read_session(root: Path) -> Iterator[Session]:
    """A session that computes and writes nothing, beside any writer: it must not publish.

    Raises:
        SettingsError, VocabularyError: the settings file cannot be used.
    """
    home = Home(root.resolve())
    asked = _Asked.of(home)
    catalogue = load_catalogue(home.warehouse)
    with TemporaryDirectory(prefix="unitcost-") as scratch:
        session = asked.session(home, catalogue)
        session.scratch = Path(scratch)
        yield session


def _places_of_drafts(home: Home) -> Iterator[Path]:
    """Folders of the home in which files appear."""
    for folder in (home.landing, home.exports, home.price_tables):
        yield folder
        yield from (path for path in folder.glob("*") if path.is_dir())


@dataclass(frozen=True)
class _Asked:
    """What the settings of a home ask for."""

    settings: Settings
    vocabulary: Vocabulary
    pseudonyms: Pseudonyms | None

    @classmethod
    def of(cls, home: Home) -> _Asked:
        """Read them; a wrong key of the settings is found before anything is locked."""
        settings = load_settings(home.settings_file)
        pseudonyms = load_pseudonyms(settings.privacy)
        if pseudonyms:
            settings = pseudonyms.in_settings(settings)
        vocabulary = load_vocabulary(settings.vocabulary_additions())
        return cls(settings, vocabulary, pseudonyms)

    def session(self, home: Home, catalogue: Catalogue) -> Session:
        """A session that follows them."""
        book = price_book(home, self.settings)
        session = Session(home, self.settings, self.vocabulary, catalogue, book)
        session.pseudonyms = self.pseudonyms
        return session


def price_book(home: Home, settings: Settings) -> PriceBook:
    """The book of a home folder: shipped and own tables, as known when the settings say."""
    pinned = settings.prices
    return PriceBook(own=home.price_tables, as_of=pinned.as_of, currencies=pinned.currency)


@contextmanager
def open_session(root: Path) -> Iterator[Session]:
    """Become the writer of a home folder, clearing what expired and what a crashed run left.

    Only where a writer did not come to its end, which its scratch folder tells, or published less
    than it wrote, is the lake searched for files that nobody names: a long history has many.

    Raises:
        LockedError: another process is writing.
        SettingsError, VocabularyError: the settings file cannot be used.
        ClosedMonthError: the catalogue that vouches for closed months is missing.
    """
    home = Home(root.resolve())
    asked = _Asked.of(home)
    with writer_lock(home.lock):
        require_catalogue(home)
        catalogue = load_catalogue(home.warehouse)
        if home.scratch.exists():
            remove_orphans(home, catalogue)
            shutil.rmtree(home.scratch, ignore_errors=True)
        sweep(_places_of_drafts(home))
        remove_expired(home, catalogue)
        home.scratch.mkdir(parents=True)
        session = asked.session(home, catalogue)
        yield session
        if session.has_unpublished:
            remove_orphans(home, load_catalogue(home.warehouse))
        shutil.rmtree(home.scratch, ignore_errors=True)
