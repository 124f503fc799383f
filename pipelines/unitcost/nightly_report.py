"""What a nightly run did, and why where it failed; nothing here starts one."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from unitcost.days.due import waiting_rows
from unitcost.lake.catalogue import Catalogue
from unitcost_models.closed_months import Posting

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


class NightlyError(RuntimeError):
    """A run that failed and published nothing; the message says where and why."""


class NightlyReport(BaseModel):
    """What one nightly run did."""

    model_config = ConfigDict(frozen=True)

    through: date
    is_up_to_date: bool
    """Nothing was new and nothing was due."""
    is_published: bool
    files_read: int
    delivered: int
    accepted: int
    duplicates: int
    quarantined: int
    left_out: int
    """Records that hold nothing to read: see `meta.deliveries`."""
    unrecognised_files: int
    days_built: int
    waiting_rows: int
    """Rows dated after `through`."""
    postings: tuple[Posting, ...]
    """What was posted for closed months."""
    failed_checks: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: float


def report_of(
    before: Catalogue,
    after: Catalogue,
    through: date,
    started: float,
    result: ExecuteInProcessResult | None,
) -> NightlyReport:
    """What became of the catalogue, and what the run's checks say; no result where none ran.

    Raises:
        NightlyError: the run failed, and no check says why.
    """
    failed, warnings = _checks(result) if result else ((), ())
    if result and not result.success and not failed:
        raise NightlyError(reason(result))
    new = [d for path, d in after.deliveries.items() if before.deliveries.get(path) != d]
    return NightlyReport(
        through=through,
        is_up_to_date=result is None,
        is_published=result is None or result.success,
        files_read=len(new),
        delivered=sum(d.delivered for d in new),
        accepted=sum(d.accepted for d in new),
        duplicates=sum(d.duplicates for d in new),
        quarantined=sum(d.quarantined for d in new),
        left_out=sum(d.left_out or 0 for d in new),
        unrecognised_files=sum(d.source_format is None for d in new),
        days_built=len(_moments(after) - _moments(before)),
        waiting_rows=waiting_rows(after, through),
        postings=tuple(p for key, p in after.postings.items() if key not in before.postings),
        failed_checks=failed,
        warnings=warnings,
        seconds=round(time.monotonic() - started, 1),
    )


def _moments(catalogue: Catalogue) -> set[tuple[date, datetime]]:
    return {(built.day, built.built_at) for built in catalogue.days.values()}


def _checks(result: ExecuteInProcessResult) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Claims that failed, errors apart from warnings, each with its first bad row."""
    from dagster import AssetCheckSeverity

    broken = [e for e in result.get_asset_check_evaluations() if not e.passed]
    lines = [
        (e.severity == AssetCheckSeverity.ERROR, f"{e.check_name}: {_first(e.metadata)}")
        for e in broken
    ]
    return (
        tuple(text for is_error, text in lines if is_error),
        tuple(text for is_error, text in lines if not is_error),
    )


def _first(metadata: object) -> str:
    values = {key: value.value for key, value in dict(metadata).items()}  # type: ignore[call-overload]
    shown = str(values.get("first") or values.get("newest_day") or values)
    more = int(values.get("bad_rows") or 1) - 1
    return f"{shown} and {more} more" if more else shown


def reason(result: ExecuteInProcessResult) -> str:
    """The deepest cause of the first failure that has one, with the step it happened in."""
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None)
        if event.is_failure and error is not None:
            while error.cause is not None:
                error = error.cause
            return f"{event.step_key or 'start'}: {error.message.strip()}"
    return "the run failed before its first step"
