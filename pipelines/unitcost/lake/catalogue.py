"""What the warehouse consists of: files, deliveries, built days, touches, check results.

It is held in memory while a run works and becomes visible only through `publish`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa

from unitcost import __version__
from unitcost.lake.kept import Kept, columnar, rows_in
from unitcost.lake.listing import LakeFiles
from unitcost.lake.opening import open_published
from unitcost.months import Month
from unitcost.queries import views_fingerprint
from unitcost_models.base import Row, columns
from unitcost_models.closed_months import AdjustedDay, ClosedFile, ClosedMonth, Posting
from unitcost_models.meta import (
    BuiltDay,
    CheckResult,
    Delivery,
    ExpectedReport,
    LakeFile,
    LakeVersion,
    Touch,
    UnreadUsage,
)

R = TypeVar("R", bound=Row)

SCHEMA_VERSION = 2
"""Of the lake that this version writes. 1 had no `meta.lake`; it is read, and the next nightly run
publishes it as the newest. It grows when an older program would misread or harm what is written."""

RETENTION = timedelta(days=1)
"""How long a replaced file stays for readers who still hold the catalogue that names it."""


def utc_now() -> datetime:
    """The present as the tables store it: UTC without zone, whole microseconds."""
    return datetime.now(UTC).replace(tzinfo=None)


class LakeVersionError(RuntimeError):
    """A lake that this version does not know; the message says which one does."""


@dataclass
class Catalogue:
    """Everything `meta` holds; the truth about which files count."""

    files: LakeFiles = field(default_factory=LakeFiles)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    unread: dict[tuple[str, str], UnreadUsage] = field(default_factory=dict)
    expected: dict[str, date | None] = field(default_factory=dict)
    """Provider whose reports are expected -> since when, as the settings said at publishing."""
    days: dict[date, BuiltDay] = field(default_factory=dict)
    touches: set[tuple[date, str]] = field(default_factory=set)
    checks: Kept[tuple[str, date], CheckResult] = field(default_factory=lambda: Kept(CheckResult))
    closed: dict[str, ClosedMonth] = field(default_factory=dict)
    pinned: Kept[tuple[str, str], ClosedFile] = field(default_factory=lambda: Kept(ClosedFile))
    """(closed month, path) -> every file that a closed month reads."""
    adjusted: dict[date, AdjustedDay] = field(default_factory=dict)
    postings: dict[tuple[int, str], Posting] = field(default_factory=dict)
    made_before: dict[str, str] = field(default_factory=dict)
    """View -> its statement, where it is to stay as it was first made: in a closed month's own."""
    is_older: bool = False
    """Whether another version of unitcost has written it, with less in it or with other views."""

    def is_closed(self, day: date) -> bool:
        """Whether the day's tables are frozen."""
        return str(Month.of_day(day)) in self.closed

    def end_days(self) -> bool:
        """Make days final that were built before they had ended; whether there were any."""
        today = utc_now().date()
        ended = [d for d in self.days.values() if d.is_provisional and d.day < today]
        for day in ended:
            self.days[day.day] = day.model_copy(update={"is_provisional": False})
        return bool(ended)

    def live(self, table: str, days: Iterable[date] | None = None) -> list[LakeFile]:
        """The current files of a table, sorted by path; of those days, or of all."""
        return self.files.current(table, days)

    def add(self, file: LakeFile) -> None:
        """Name a file that stands beside the table's others (raw tables)."""
        self.files[file.path] = file

    def replace(self, file: LakeFile) -> None:
        """Name a file that takes the place of the table's others of that day."""
        for old in self.live(file.table_name, [file.day] if file.day else None):
            if old.path != file.path:
                self._retire(old)
        kept = self.files.get(file.path)
        if kept is None or kept.retired_at is not None:
            self.files[file.path] = file

    def forget_delivery(self, sha256: str) -> None:
        """Retire the raw files of a delivery, so that it can be read again."""
        for old in self.files.of_delivery(sha256):
            self._retire(old)
        self.touches = {t for t in self.touches if t[1] != sha256}

    def tell_unread(self, path: str, found: Iterable[UnreadUsage]) -> None:
        """Take what a delivery tells and nothing reads in the place of what was said before."""
        kept = {key: row for key, row in self.unread.items() if row.path != path}
        self.unread = kept | {(row.path, row.usage_name): row for row in found}

    def _retire(self, old: LakeFile) -> None:
        if old.retired_at is None:
            self.files[old.path] = old.model_copy(update={"retired_at": utc_now()})

    def drop_expired(self) -> list[str]:
        """Forget replaced files that no reader and no closed month needs any more; their paths."""
        oldest = utc_now() - RETENTION
        replaced = self.files.replaced()
        retired = [f.path for f in replaced if f.retired_at and f.retired_at < oldest]
        pinned = {path for _, path in self.pinned} if retired else set()
        expired = [path for path in retired if path not in pinned]
        for path in expired:
            del self.files[path]
        return expired

    def tables(self) -> Iterator[tuple[type[Row], pa.Table]]:
        """Each meta table's row model and rows."""
        yield _held(LakeVersion, [_this_version()])
        yield LakeFile, self.files.to_table()
        yield _held(Delivery, self.deliveries.values())
        yield _held(UnreadUsage, self.unread.values())
        expected = self.expected.items()
        yield _held(ExpectedReport, (ExpectedReport(provider=p, since=day) for p, day in expected))
        yield _held(BuiltDay, self.days.values())
        yield _held(Touch, (Touch(day=day, delivery=name) for day, name in self.touches))
        yield CheckResult, self.checks.to_table()
        yield _held(ClosedMonth, self.closed.values())
        yield ClosedFile, self.pinned.to_table()
        yield _held(AdjustedDay, self.adjusted.values())
        yield _held(Posting, self.postings.values())


def _held(row: type[R], rows: Iterable[R]) -> tuple[type[Row], pa.Table]:
    return row, columnar(row, rows)


def _this_version() -> LakeVersion:
    return LakeVersion(
        schema_version=SCHEMA_VERSION, written_by=__version__, views=views_fingerprint()
    )


def load_catalogue(warehouse: Path, files_after: date | None = None) -> Catalogue:
    """The published catalogue, or an empty one where nothing was published yet.

    Of a long history the files are most of it: with `files_after` only those of later days are
    read.

    Raises:
        LakeVersionError: a newer version of unitcost has written it.
        DamagedLakeError: it is no whole database.
    """
    catalogue = Catalogue()
    if not warehouse.is_file():
        return catalogue
    with open_published(warehouse) as con:
        catalogue.is_older = _is_older(con, warehouse)
        later = f"where day > date '{files_after}'" if files_after else ""
        catalogue.files = LakeFiles(settled=_table(con, LakeFile, later))
        catalogue.deliveries = {d.path: d for d in _read(con, Delivery)}
        catalogue.unread = {(u.path, u.usage_name): u for u in _read(con, UnreadUsage)}
        catalogue.expected = {e.provider: e.since for e in _read(con, ExpectedReport)}
        catalogue.days = {d.day: d for d in _read(con, BuiltDay)}
        catalogue.touches = {(t.day, t.delivery) for t in _read(con, Touch)}
        catalogue.checks = Kept(CheckResult, settled=_table(con, CheckResult))
        catalogue.closed = {m.month: m for m in _read(con, ClosedMonth)}
        catalogue.pinned = Kept(ClosedFile, settled=_table(con, ClosedFile))
        catalogue.adjusted = {a.day: a for a in _read(con, AdjustedDay)}
        catalogue.postings = {(p.posting_no, p.month): p for p in _read(con, Posting)}
    return catalogue


def _is_older(con: duckdb.DuckDBPyConnection, warehouse: Path) -> bool:
    """Whether another version has written it; what a newer one wrote is refused."""
    lakes = _read(con, LakeVersion)
    for lake in lakes:
        if lake.schema_version > SCHEMA_VERSION:
            message = (
                f"{warehouse} was written by unitcost {lake.written_by} (lake version "
                f"{lake.schema_version}); this is {__version__}, which knows versions up to "
                f"{SCHEMA_VERSION}: install unitcost {lake.written_by} or later"
            )
            raise LakeVersionError(message)
    return all(
        lake.schema_version < SCHEMA_VERSION or lake.views != views_fingerprint() for lake in lakes
    )


def _read(con: duckdb.DuckDBPyConnection, row: type[R]) -> list[R]:
    return rows_in(row, _table(con, row))


def _table(con: duckdb.DuckDBPyConnection, row: type[Row], where: str = "") -> pa.Table:
    """A meta table's rows; what an older version did not write yet is absent or NULL."""
    layer, noun = row.table.split(".")
    present = con.execute(
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ?",
        [layer, noun],
    ).fetchall()
    held = {name for (name,) in present}
    if not held:
        return columnar(row, ())
    body = ", ".join(
        f"cast({c.name if c.name in held else 'null'} as {c.sql_type}) as {c.name}"
        for c in columns(row)
    )
    return con.sql(f"select {body} from {row.table} {where}").to_arrow_table()
