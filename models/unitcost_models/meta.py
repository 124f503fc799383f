"""The catalogue's own tables: what files there are, what was delivered, what was built."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
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
    """A provider whose report is expected of every day: `[trust]` of the settings says so."""

    table: ClassVar[str] = "meta.expected_reports"
    key: ClassVar[tuple[str, ...]] = ("provider",)
    is_daily: ClassVar[bool] = False

    provider: str
    """Who bills, as in marts.attested_usage."""
    since: date
    """The first UTC day of which a report is expected."""


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


class ClosedMonth(Row):
    """A month whose tables are never built again; what is learnt later is in core.adjustments."""

    table: ClassVar[str] = "meta.closed_months"
    key: ClassVar[tuple[str, ...]] = ("month",)
    is_daily: ClassVar[bool] = False

    month: str
    """YYYY-MM, of UTC days."""
    closed_at: datetime
    price_revision: str
    """Revision of the price book that priced it."""
    priced_on: date
    """What the price book knew at the end of this UTC day counts."""
    days: int
    """Days with tables; the others had no records."""
    files: int
    bytes: int
    files_sha256: str
    """Over the path and digest of each of its files: one value that vouches for all of them."""
    catalogue: str
    """The month's own catalogue, relative to the home folder; opens like warehouse.duckdb."""
    quarantined_records: int | None
    """Records refused until then, reviewed or accepted; None where an older version closed it."""
    accepted_concerns: str | None
    """Concerns that it was closed over by name, comma separated: quarantine, provisional,
    unreconciled."""


class ClosedFile(Row):
    """A file that a closed month reads; it is never changed, replaced or removed."""

    table: ClassVar[str] = "meta.closed_files"
    key: ClassVar[tuple[str, ...]] = ("month", "path")
    is_daily: ClassVar[bool] = False

    month: str
    path: str
    """As in meta.files."""
    table_name: str
    """`layer.noun`; with the day the partition that the file is, or a part of."""
    day: date | None
    """UTC day of its rows; None for tables that are not daily."""
    rows: int
    sha256: str
    """Of the file as it was closed."""


class AdjustedDay(Row):
    """A closed day and the inputs up to which its adjustments are posted."""

    table: ClassVar[str] = "meta.adjusted_days"
    key: ClassVar[tuple[str, ...]] = ("day",)

    day: date
    inputs: str
    """Digest of every input; a different digest makes it due for adjusting again."""
    adjusted_at: datetime


class Posting(Row):
    """What one run posted for one closed month; its rows are in core.adjustments and
    core.outcome_adjustments."""

    table: ClassVar[str] = "meta.postings"
    key: ClassVar[tuple[str, ...]] = ("posting_no", "month")
    is_daily: ClassVar[bool] = False

    posting_no: int
    """1, 2, 3, ..."""
    month: str
    """The closed month, YYYY-MM."""
    day: date
    """UTC date to which the rows are posted."""
    posted_on: date
    """UTC date of the run."""
    run_id: str
    requests: int
    """Requests whose cost or attribution changed, counted in each row they are part of."""
    amount_usd: Decimal
    """Sum of the rows of core.adjustments; 0 where only outcomes changed."""
    judged_tasks: int | None
    """Tasks whose outcome changed; None where an older version posted."""


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
