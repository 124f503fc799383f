"""The catalogue's tables of closed months: what each consists of, and what was posted for it.

What is learnt of their requests is in `closing`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


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
