"""A closed month's own catalogue: `closed/<YYYY-MM>.duckdb`, views over files kept for ever.

Whether a month may be closed is not decided here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from unitcost.errors import ClosedMonthError
from unitcost.lake.catalogue import Catalogue, load_catalogue, utc_now
from unitcost.lake.kept import Kept
from unitcost.lake.listing import PACKED, LakeFiles
from unitcost.lake.opening import open_published
from unitcost.lake.publish import write_catalogue
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.sqltext import sql_text
from unitcost_models.base import Row
from unitcost_models.closed_months import ClosedFile, ClosedMonth
from unitcost_models.meta import CheckResult, LakeFile

_VIEWS = "select schema_name || '.' || view_name, sql from duckdb_views() where not internal"


@dataclass(frozen=True)
class Terms:
    """On what a month is closed: the book, what it knew, and what was accepted by name."""

    price_revision: str
    priced_on: date
    quarantined_records: int
    accepted: tuple[str, ...]


def freeze(catalogue: Catalogue, month: Month, terms: Terms) -> Catalogue:
    """Enter the month as closed, its files as kept for ever; returns its own catalogue."""
    files = month_files(catalogue, month)
    name = str(month)
    catalogue.closed[name] = ClosedMonth(
        month=name,
        closed_at=utc_now(),
        price_revision=terms.price_revision,
        priced_on=terms.priced_on,
        days=sum(day in month for day in catalogue.days),
        files=len(files),
        bytes=sum(f.bytes for f in files),
        files_sha256=files_digest(files),
        catalogue=f"closed/{name}.duckdb",
        quarantined_records=terms.quarantined_records,
        accepted_concerns=",".join(terms.accepted) or None,
    )
    pinned: Kept[tuple[str, str], ClosedFile] = Kept(
        ClosedFile, [_closed_file(name, file) for file in files]
    )
    catalogue.pinned.update(pinned)
    return Catalogue(
        files=LakeFiles(files),
        deliveries=dict(catalogue.deliveries),
        expected=dict(catalogue.expected),
        days={day: built for day, built in catalogue.days.items() if day in month},
        touches={(day, delivery) for day, delivery in catalogue.touches if day in month},
        checks=Kept(CheckResult, [c for c in catalogue.checks.values() if c.day in month]),
        closed={name: catalogue.closed[name]},
        pinned=pinned,
    )


def _closed_file(month: str, file: LakeFile) -> ClosedFile:
    return ClosedFile(
        month=month,
        path=file.path,
        table_name=file.table_name,
        day=file.day,
        rows=file.rows,
        sha256=file.sha256,
    )


def month_files(catalogue: Catalogue, month: Month) -> list[LakeFile]:
    """What the month's tables consist of: its days, the judgements that speak of them, prices."""
    speaking = {delivery for day, delivery in catalogue.touches if day in month}
    return sorted(
        (
            f
            for f in catalogue.files.values()
            if f.retired_at is None
            and not f.table_name.startswith(PACKED)
            and (f.day is None or f.day in month or (f.is_late and f.delivery in speaking))
        ),
        key=lambda f: f.path,
    )


def files_digest(files: Iterable[LakeFile]) -> str:
    """One digest over the path and the digest of each file."""
    lines = sorted(f"{f.path} {f.sha256}\n" for f in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def require_catalogue(home: Home) -> None:
    """Refuse to begin anew beside closed months: their files would be taken for left-overs.

    Raises:
        ClosedMonthError: there are closed months and no `warehouse.duckdb`.
    """
    closed = sorted(home.closed.glob("*.duckdb"))
    if closed and not home.warehouse.is_file():
        message = (
            f"{home.warehouse} is missing, but {closed[-1]} tells of closed months; restore it "
            f"from a backup, or move {home.closed} away to begin anew without them"
        )
        raise ClosedMonthError(message)


def follow_home(home: Home, tables: Iterable[type[Row]], run_id: str) -> None:
    """Write closed catalogues anew where the home folder was moved, since views name paths.

    A view that is made when it is read stays as it was made when the month was closed.
    """
    for file in sorted(home.closed.glob("*.duckdb")):
        with open_published(file) as con:
            if reads_below(con, home.root):
                continue
            made = dict(con.execute(_VIEWS).fetchall())
        own = load_catalogue(file)
        own.made_before = made
        write_catalogue(home, own, tables, run_id, file)


def reads_below(con: duckdb.DuckDBPyConnection, root: Path) -> bool:
    """Whether a published catalogue's views name files of this folder: not where it was moved."""
    views = con.execute(
        "select sql from duckdb_views() where contains(sql, 'read_parquet') limit 1"
    ).fetchall()
    prefix = sql_text(f"{root.resolve()}/").removesuffix("'")
    return all(prefix in sql for (sql,) in views)
