"""The catalogue's own tables: what files there are, what was delivered, what was built.

Those of closed months are in `closed_months`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from unitcost_models.base import Row


class LakeVersion(Row):
    """Which version of the lake this is; one row."""

    table: ClassVar[str] = "meta.lake"
    key: ClassVar[tuple[str, ...]] = ("schema_version",)
    is_daily: ClassVar[bool] = False

    schema_version: int
    """What a program must know to write here; a newer one than it knows is refused."""
    written_by: str
    """The version of unitcost that published it."""
    views: str
    """Digest of the views that it published; where a newer one has others, the next run publishes
    them."""


class LakeFile(Row):
    """One immutable Parquet file of one table."""

    table: ClassVar[str] = "meta.files"
    key: ClassVar[tuple[str, ...]] = ("path",)
    is_daily: ClassVar[bool] = False

    table_name: str
    """`layer.noun`; of the layer `packed` are files that hold a past month's rows of a daily table
    again, for the next run; no table is read from them."""
    day: date | None
    """UTC day of its rows, of a pack the first of the month; None for tables that are not daily."""
    path: str
    """Relative to the home folder."""
    rows: int
    bytes: int
    sha256: str
    """Of the file; equal digests are equal files."""
    run_id: str
    """The run that wrote it."""
    delivery: str | None
    """Digest of the landing file it was read from, for raw tables; of a pack that of its files."""
    is_late: bool
    """Whether its rows may speak of earlier days (judgements)."""
    retired_at: datetime | None
    """When a newer file took its place; kept a while for readers of the old catalogue."""
    shape: str | None
    """Digest of the columns it was written with; a closed month keeps the columns of its time."""


class Delivery(Row):
    """One file in landing and what became of its records.

    delivered = accepted + duplicates + quarantined + left_out.
    """

    table: ClassVar[str] = "meta.deliveries"
    key: ClassVar[tuple[str, ...]] = ("path",)
    is_daily: ClassVar[bool] = False

    path: str
    """Relative to landing."""
    bytes: int
    mtime_ns: int
    sha256: str
    """Of the content; the same content is read once."""
    source_format: str | None
    """None where no source recognised it."""
    fingerprint: str
    """Digest of the parser that read it; another parser reads it again."""
    delivered: int
    accepted: int
    duplicates: int
    quarantined: int
    left_out: int | None
    """Records that hold nothing to read: charges of other services on a cloud's bill, pages without
    an item, lines of a log that tell of no call; None where an older version read it."""
    ingested_at: datetime
    note: str | None
    """Why nothing was read: a repeat of another file, not recognised, ..."""


class UnreadUsage(Row):
    """A number of usage that a delivery's records tell and that no rule reads.

    It is in no token class and in no cost. Where it is billed, the vocabulary or the rules lack it.
    """

    table: ClassVar[str] = "meta.unread_usage"
    key: ClassVar[tuple[str, ...]] = ("path", "usage_name")
    is_daily: ClassVar[bool] = False

    path: str
    """Of the delivery, as in meta.deliveries."""
    usage_name: str
    """The span attribute, or the path within the usage object."""
    source_format: str
    records: int
    """Records of the file that tell it, repeats included."""


class ExpectedReport(Row):
    """A provider whose report is expected of every day.

    `[trust]` of the settings names them; where it names none, those whose usage is pulled.
    """

    table: ClassVar[str] = "meta.expected_reports"
    key: ClassVar[tuple[str, ...]] = ("provider",)
    is_daily: ClassVar[bool] = False

    provider: str
    """Who bills, as in marts.attested_usage."""
    since: date | None
    """The first UTC day of which a report is expected; None: the first that its report tells of."""


class BuiltDay(Row):
    """One UTC day and the inputs its tables were built from."""

    table: ClassVar[str] = "meta.days"
    key: ClassVar[tuple[str, ...]] = ("day",)

    day: date
    inputs: str
    """Digest of every input; a different digest makes the day due again."""
    price_revision: str
    names_revision: str | None
    """Digest of the part of the price book that decides what was called, without the prices."""
    built_at: datetime
    is_provisional: bool
    """Whether the day was not over when it was published."""


class Touch(Row):
    """What speaks of a day besides its own records: a delivery, or silence (see `[tasks]`)."""

    table: ClassVar[str] = "meta.touches"
    key: ClassVar[tuple[str, ...]] = ("day", "delivery")

    day: date
    delivery: str


class CheckResult(Row):
    """The newest answer of one check for one day."""

    table: ClassVar[str] = "meta.checks"
    key: ClassVar[tuple[str, ...]] = ("check_name", "day")

    check_name: str
    """A claim."""
    day: date
    severity: str
    """error blocks publishing, warn does not."""
    bad_rows: int
    example: str | None
    """One of the rows that break the claim."""


class QuarantinedRecord(Row):
    """One delivered record that could not be accepted."""

    table: ClassVar[str] = "meta.quarantine"
    key: ClassVar[tuple[str, ...]] = ("source_file", "source_line")
    is_daily: ClassVar[bool] = False

    source_format: str
    source_file: str
    source_line: int
    reason: str
    text: str | None
    """The record as delivered, at most 64 KiB of it."""
    ingested_at: datetime
