"""`unitcost reprice`: before and after, by model and day; then the same as the nightly."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, progress, show_json, show_table
from unitcost.commands.errors import FAILED, OK
from unitcost.commands.nightly import show_report
from unitcost.errors import UsageError

if TYPE_CHECKING:
    from unitcost.nightly_report import NightlyReport
    from unitcost.repricing import Repriced, RepriceReport, Totals

_NAMES = ("day", "provider", "model", "requests", "before_usd", "after_usd", "difference_usd")


def reprice(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Show only; write nothing.")] = False,
    as_of: Annotated[
        date | None, Parameter(help="With --dry-run: by what was known on this UTC day.")
    ] = None,
    common: Common = COMMON,
) -> int:
    """Show what costs would be by what is known now, then bring the tables there.

    Days of open months are built again; for closed months the difference is posted to the open
    month. Nothing else than `unitcost nightly` would do.
    """
    if as_of is not None and not dry_run:
        message = "--as-of looks back at what was known; it goes with --dry-run"
        hint = f"to keep pricing so, write `as_of = {as_of}` under [prices] in unitcost.toml"
        raise UsageError(message, hint)
    from unitcost.repricing import reprice_report

    with progress():
        report = reprice_report(common.home, as_of)
    done = None if dry_run else _apply(common)
    if common.json:
        told = report.model_dump() | {"nightly": done.model_dump() if done else None}
        show_json(told)
    else:
        _show(report)
        if done:
            show_report(done)
    return FAILED if done and (done.failed_checks or not done.is_published) else OK


def _apply(common: Common) -> NightlyReport:
    from unitcost.nightly import run_nightly

    with progress():
        return run_nightly(common.home)


def _show(report: RepriceReport) -> None:
    known = f"as known on {report.as_of}" if report.as_of else "as known now"
    if not report.rows:
        OUT.print(f"No cost is another {known} (price revision {report.price_revision}).")
    for totals in report.totals:
        rows = [row for row in report.rows if row.is_closed == totals.is_closed]
        if rows:
            _show_rows(rows, totals, known)
    if report.unread_files:
        ERR.print(f"warning: {report.unread_files} files in landing are not read yet, nor in this")


def _show_rows(rows: list[Repriced], totals: Totals, known: str) -> None:
    kind = "Closed months, to be posted" if totals.is_closed else "Open months, to be rebuilt"
    cells = [
        (
            row.day,
            row.provider,
            row.model,
            row.requests_changed,
            row.before_usd,
            row.after_usd,
            row.difference_usd,
        )
        for row in rows
    ]
    last = (
        "total",
        "",
        "",
        totals.requests_changed,
        totals.before_usd,
        totals.after_usd,
        totals.difference_usd,
    )
    show_table(_NAMES, [*cells, last], title=f"{kind}: costs {known}")
