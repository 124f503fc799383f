"""`unitcost close`: freeze a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json

if TYPE_CHECKING:
    from unitcost_models.closed_months import ClosedMonth


def close(
    month: Annotated[str, Parameter(help="Month YYYY-MM, over and built.")],
    *,
    accept: Annotated[
        tuple[Literal["quarantine", "provisional", "unreconciled"], ...],
        Parameter(help="A concern to close over; it is recorded with the month."),
    ] = (),
    common: Common = COMMON,
) -> None:
    """Freeze a month with its prices: its tables never change again.

    What is learnt later is posted to the open month, in core.adjustments.
    """
    from unitcost.closing.freezing import close_month
    from unitcost.months import Month

    closed = close_month(common.home, Month.parse(month), accept)
    if common.json:
        show_json(closed.model_dump())
    else:
        _show(closed, common)


def _show(closed: ClosedMonth, common: Common) -> None:
    OUT.print(
        f"Closed {closed.month}: {closed.days} days, {closed.files:,} files "
        f"(sha256 {closed.files_sha256[:12]}), priced as known on {closed.priced_on} "
        f"(revision {closed.price_revision})."
    )
    if closed.accepted_concerns:
        OUT.print(f"Closed over: {closed.accepted_concerns}.")
    OUT.print(f"Its own catalogue is {common.home / closed.catalogue}.")
