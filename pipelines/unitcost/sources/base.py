"""What a source is. No source lives here, and none is named here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from unitcost_models.base import Row, table_of
from unitcost_models.call_logs import RawCall
from unitcost_models.raw_otlp import RawOtlp, RawSpan
from unitcost_models.raw_provider import Bucket
from unitcost_models.reports import RawReport

_HUMP = re.compile("(?<=[a-z0-9])([A-Z])")

LATE_SPAN_ROWS = "record_kind <> 'span'"
"""Of spans' records, those that may speak of earlier days: judgements."""


@dataclass(frozen=True)
class Sample:
    """The beginning of a delivered file, decompressed, for detection by content.

    `kind` is `csv`, `json` or `parquet`. `columns` are the CSV header or the Parquet columns;
    `records` are the first JSON values (objects), also made from the first CSV or Parquet rows
    with every value as text.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    records: tuple[dict[str, object], ...]


@dataclass(frozen=True)
class Source:
    """One delivered format.

    `format` is the registry name: the landing folder, `sql/raw/<format>.sql` and `raw.<format>`.
    `title` is its line in the README and its asset's description. `detect` says whether a sample
    is surely of this format. `row` is the raw table's row model.
    `counts_calls` says whether its records are sightings of single calls: then its row is a
    `RawCall` or a `RawSpan`, or `sql/steps/<format>_sightings.sql` exists. `late_rows` is a SQL
    condition true for records that may speak of earlier days (judgements); every later build of
    those days sees them. `reads_vocabulary` says whether `sql/raw/<format>.sql` uses the
    vocabulary's macros. `is_told_by_file` says whether a record may mean something else beside the
    records of another file: a session's running total. `is_weighed_by_month` says whether a bill
    may tell a month whole or day by day, so that its days are built with all of it before them.
    `names` are all that its flat records may tell, where `unitcost.reading.flat_records` reads
    them, from columns too.
    """

    format: str
    title: str
    row: type[Row]
    detect: Callable[[Sample], bool]
    counts_calls: bool = False
    late_rows: str | None = None
    reads_vocabulary: bool = False
    is_told_by_file: bool = False
    is_weighed_by_month: bool = False
    names: tuple[str, ...] = ()

    @property
    def is_call_log(self) -> bool:
        """Whether its query tells calls as texts, which `unitcost.reading.call_logs` reads."""
        return issubclass(self.row, RawCall)

    @property
    def is_report(self) -> bool:
        """Whether its query tells rows of a report as texts, read by `unitcost.reading.reports`."""
        return issubclass(self.row, RawReport)

    @property
    def is_bucketed(self) -> bool:
        """Whether its query tells results in buckets, read by `unitcost.reading.buckets`."""
        return issubclass(self.row, Bucket) and not self.is_report

    @property
    def is_told_as_otlp(self) -> bool:
        """Whether its query tells spans as OTLP/JSON, which `sql/raw/otlp_json.sql` reads."""
        return issubclass(self.row, RawSpan) and self.row is not RawOtlp


def call_log(
    source_format: str,
    title: str,
    record: str,
    detect: Callable[[Sample], bool],
    *,
    is_told_by_file: bool = False,
) -> Source:
    """A log of single calls, told as `ToldCall`; `record` says what one row of its raw table is."""
    row = table_of(RawCall, f"raw.{source_format}", record)
    return Source(
        source_format,
        title,
        row,
        detect,
        counts_calls=True,
        reads_vocabulary=True,
        is_told_by_file=is_told_by_file,
    )


def span_export(
    source_format: str, title: str, record: str, detect: Callable[[Sample], bool]
) -> Source:
    """Spans with attributes, told as OTLP/JSON; `record` says what one row of its raw table is."""
    row = table_of(RawSpan, f"raw.{source_format}", record)
    return Source(source_format, title, row, detect, True, LATE_SPAN_ROWS, reads_vocabulary=True)


def report(
    source_format: str,
    title: str,
    record: str,
    detect: Callable[[Sample], bool],
    *,
    is_weighed_by_month: bool = False,
) -> Source:
    """A report or a bill, told as `ToldReport`; `record` says what one row of its raw table is."""
    row = table_of(RawReport, f"raw.{source_format}", record)
    return Source(source_format, title, row, detect, is_weighed_by_month=is_weighed_by_month)


def api_names(names: Iterable[str]) -> set[str]:
    """Names as an API spells them, also where an SDK for JavaScript has respelled them."""
    return {_HUMP.sub(r"_\1", name).lower() for name in names}
