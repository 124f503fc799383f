"""`unitcost nightly`: ingest, price, build, check, publish."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, progress, show_json
from unitcost.commands.errors import FAILED, OK

if TYPE_CHECKING:
    from unitcost.nightly_report import NightlyReport


def nightly(
    *,
    through: Annotated[date | None, Parameter(help="Last UTC day to build; default today.")] = None,
    common: Common = COMMON,
) -> int:
    """Ingest what is new, price it, build every due day, check and publish.

    Safe to run again, at any time, after any crash. Exits 1 if a check failed; then nothing
    was published.
    """
    from unitcost.nightly import run_nightly

    with progress():
        report = run_nightly(common.home, through)
    if common.json:
        show_json(report.model_dump())
    else:
        show_report(report)
    return FAILED if report.failed_checks or not report.is_published else OK


def show_report(report: NightlyReport) -> None:
    """Say in a few lines what a run did."""
    if report.is_up_to_date:
        OUT.print(f"Nothing new, nothing due through {report.through} ({report.seconds} s).")
    else:
        OUT.print(
            f"Read {report.files_read:,} files: {report.delivered:,} records = "
            f"{report.accepted:,} accepted + {report.duplicates:,} duplicates + "
            f"{report.quarantined:,} quarantined"
            + (f" + {report.left_out:,} with nothing to count." if report.left_out else "."),
            highlight=False,
        )
        OUT.print(
            f"Built {report.days_built:,} days through {report.through} ({report.seconds} s)."
        )
    if report.waiting_rows:
        OUT.print(f"{report.waiting_rows:,} records are dated after {report.through} and wait.")
    _show_problems(report)


def _show_problems(report: NightlyReport) -> None:
    if report.unrecognised_files:
        ERR.print(
            f"warning: {report.unrecognised_files} files were recognised by no source; unitcost "
            'sql "select path, note from meta.deliveries where source_format is null" says why; '
            "files of a known format can be moved into landing/<format>/"
        )
    if report.quarantined:
        ERR.print(
            'hint: unitcost sql "select * from meta.quarantine" shows what was refused and why'
        )
    for posting in report.postings:
        ERR.print(
            f"warning: the closed month {posting.month} is adjusted by {posting.amount_usd:f} USD "
            f"and {posting.judged_tasks:,} outcomes, posted to {posting.day} (posting "
            f"{posting.posting_no}); see core.adjustments, core.outcome_adjustments, "
            "core.revenue_adjustments and core.bill_adjustments",
            highlight=False,
        )
    for line in report.warnings:
        ERR.print(f"warning: {line}", markup=False)
    for line in report.failed_checks:
        ERR.print(f"error: {line}", markup=False)
    if not report.is_published:
        ERR.print("error: nothing was published; the warehouse is as it was before")
