"""`unitcost reconcile`: what was metered, what is billed, and why they differ.

It only shows; the waterfall is read in `unitcost.reconciling.waterfall`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, show_json, show_table
from unitcost.commands.errors import FAILED, OK
from unitcost.commands.warehouse import read_warehouse

if TYPE_CHECKING:
    from unitcost.reconciling.waterfall import MonthReport, Waterfall

_BAR = 24
"""Signs of the longest bar."""
_SELF_HOSTED = "self_hosted"
"""Whose models run on one's own machines: nobody bills for them."""


def reconcile(
    *,
    month: Annotated[str | None, Parameter(help="Month YYYY-MM; the newest by default.")] = None,
    common: Common = COMMON,
) -> int:
    """Hold metered cost against what providers report and bill; the gap by cause.

    Exit 1 where more of a provider's bill is unexplained than is tolerated.
    """
    from unitcost.months import Month
    from unitcost.paths import Home
    from unitcost.reconciling.waterfall import month_report
    from unitcost.settings import load_settings

    tolerance = load_settings(Home(common.home).settings_file).reconciliation.tolerance_pct
    with read_warehouse(common.home) as con:
        report = month_report(con, Month.parse(month) if month else None, tolerance)
    if common.json:
        told = report.model_dump() | {"is_within_tolerance": report.is_within_tolerance}
        show_json(told)
    else:
        _show(report)
    return OK if report.is_within_tolerance else FAILED


def _show(report: MonthReport) -> None:
    compared = [w for w in report.providers if w.totals.gap_usd is not None]
    for waterfall in compared:
        show_table(
            ("step", "cause", "usd", ""),
            _steps(waterfall),
            title=f"{waterfall.totals.provider}, {report.month}",
        )
        _show_limits(waterfall)
    others = {w.totals.provider for w in report.providers if w.totals.gap_usd is None}
    if silent := sorted(others - {_SELF_HOSTED}):
        OUT.print(f"Nothing reported by {', '.join(silent)}: deliver their reports or invoices.")
    _show_places(report)
    _show_later(report)
    for waterfall in compared:
        if not waterfall.is_within_tolerance:
            ERR.print(
                f"error: {waterfall.totals.provider}: {_money(waterfall.totals.unexplained_usd)} "
                f"USD unexplained, above {report.tolerance_pct} % of what is billed"
            )


def _steps(waterfall: Waterfall) -> list[tuple[object, ...]]:
    """Metered, each cause, and where its stage ends."""
    totals = waterfall.totals
    level = totals.metered_usd
    largest = max((abs(p.gap_usd) for p in waterfall.parts), default=Decimal(0))
    covers_all = level + sum(p.gap_usd for p in waterfall.parts) == totals.invoiced_usd
    has_invoice = covers_all or any(p.stage == "invoice" for p in waterfall.parts)
    rows: list[tuple[object, ...]] = [("metered", "", level, "")]
    if totals.unreported_usd and not has_invoice:
        level -= totals.unreported_usd
        rows.append(("", "days without a report", -totals.unreported_usd, ""))
    for stage, end in (
        ("usage", "reported usage at our prices"),
        ("cost", "reported cost"),
        ("invoice", "invoiced"),
    ):
        parts = [p for p in waterfall.parts if p.stage == stage]
        rows += [("", p.cause, p.gap_usd, _bar(p.gap_usd, largest)) for p in parts]
        level += sum((p.gap_usd for p in parts), Decimal(0))
        is_stated = stage == "cost" and totals.reported_cost_usd is not None
        is_agreed = stage == "invoice" and level == totals.invoiced_usd
        if parts or is_stated or (is_agreed and not totals.provisional_days):
            rows.append((end, "", level, ""))
    return rows


def _bar(gap: Decimal, largest: Decimal) -> str:
    sign = "+" if gap > 0 else "-"
    return sign * max(1, int(abs(gap) / largest * _BAR)) if largest else ""


def _show_limits(waterfall: Waterfall) -> None:
    totals = waterfall.totals
    if totals.unconverted_lines:
        OUT.print(f"{totals.unconverted_lines:,} charges have no exchange rate and no dollars.")
    if totals.provisional_days:
        OUT.print(f"Days that the provider may still change: {totals.provisional_days:,}.")


def _show_places(report: MonthReport) -> None:
    if not report.fix_first:
        if not report.posted_later:
            OUT.print("Nothing to mend.")
        return
    show_table(
        ("provider", "account_id", "model", "cause", "usd", "worst_day", "what to do"),
        [
            (p.provider, p.account_id, p.model, p.cause, p.gap_usd, p.worst_day, p.remedy)
            for p in report.fix_first
        ],
        title="Fix first",
    )


def _show_later(report: MonthReport) -> None:
    for bill in report.posted_later:
        OUT.print(
            f"Posted later for {report.month}, in no figure above: {bill.amount_cost:+,f} "
            f"{bill.currency.upper()} of {bill.provider}'s {bill.bill_kind}; see "
            "marts.bills_as_known."
        )


def _money(amount: Decimal | None) -> str:
    return f"{amount or 0:,.2f}"
