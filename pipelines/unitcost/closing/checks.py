"""What somebody must have looked at before a month is closed: refused records, provisional costs,
gaps to the bill without a cause. What makes tables final is asked in `freezing.py`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from typing import Literal, get_args

from unitcost.errors import ClosedMonthError
from unitcost.lake.catalogue import Catalogue
from unitcost.lake.shapes import select_rows
from unitcost.months import Month
from unitcost.session import Session
from unitcost_models.provider import ProviderCost
from unitcost_models.reconciliation import ReconciliationMonth

Concern = Literal["quarantine", "provisional", "unreconciled"]
CONCERNS: tuple[str, ...] = get_args(Concern)


def require_reviewed(session: Session, month: Month, accepted: Collection[str]) -> None:
    """Refuse to close over what nobody has accepted by name.

    Raises:
        ClosedMonthError: every concern that is left, with its first case and the way out.
    """
    left = [
        f"{text}; settle it, or close with --accept {name}"
        for name, text in concerns(session, month)
        if name not in accepted
    ]
    if left:
        message = f"{month}: " + "; ".join(left)
        raise ClosedMonthError(message)


def concerns(session: Session, month: Month) -> Iterator[tuple[str, str]]:
    """Name and text of each concern that the month gives."""
    for name, find in _FINDERS.items():
        text = find(session, month)
        if text is not None:
            yield name, text


def quarantined(catalogue: Catalogue) -> int:
    """Records refused so far; a record has no day, so each close looks at those new since."""
    return sum(delivery.quarantined for delivery in catalogue.deliveries.values())


def _quarantine(session: Session, _: Month) -> str | None:
    catalogue = session.catalogue
    reviewed = max((m.quarantined_records or 0 for m in catalogue.closed.values()), default=0)
    new = quarantined(catalogue) - reviewed
    return f"{new:,} refused records in meta.quarantine are not reviewed" if new > 0 else None


def _provisional(session: Session, month: Month) -> str | None:
    days = [day for day in session.catalogue.days if day in month]
    files = session.catalogue.live(ProviderCost.table, days)
    with session.workbench(with_vocabulary=False) as con:
        rows = select_rows(con, ProviderCost, session.home.root, files)
        count, first, provider = con.execute(
            f"select count(*), min(day), min_by(provider, day) from ({rows}) "
            "where is_primary and is_provisional"
        ).fetchall()[0]
    if not count:
        return None
    return f"{count:,} costs that providers reported are provisional, first {provider} on {first}"


def _unreconciled(session: Session, month: Month) -> str | None:
    """Providers of which more of the month's bill has no cause than is tolerated."""
    files = session.catalogue.live(ReconciliationMonth.table)
    tolerance = session.settings.reconciliation.tolerance_pct
    with session.workbench(with_vocabulary=False) as con:
        rows = select_rows(con, ReconciliationMonth, session.home.root, files)
        far = con.execute(
            f"""select provider, unexplained_usd, coalesce(invoiced_usd, reported_cost_usd)
                from ({rows})
                where month = $month and abs(unexplained_usd) * 100
                    > abs(coalesce(invoiced_usd, reported_cost_usd, reported_usage_usd))
                        * cast($tolerance as decimal(9, 6))
                order by provider""",
            {"month": str(month), "tolerance": tolerance},
        ).fetchall()
    if not far:
        return None
    provider, gap, bill = far[0]
    return (
        f"{len(far)} providers have a gap without a cause above {tolerance} % of the bill, "
        f"first {provider} "
        f"({gap:f} of {bill or 0:f} USD; see unitcost reconcile)"
    )


def unbilled(session: Session, month: Month) -> list[tuple[str, Decimal]]:
    """Providers whose metered cost of the month no report and no bill speaks of, with the cost."""
    files = session.catalogue.live(ReconciliationMonth.table)
    with session.workbench(with_vocabulary=False) as con:
        rows = select_rows(con, ReconciliationMonth, session.home.root, files)
        return con.execute(
            f"""select provider, metered_usd from ({rows})
                where month = $month and metered_usd <> 0 and invoiced_usd is null
                    and reported_cost_usd is null and reported_usage_usd is null
                order by provider""",
            {"month": str(month)},
        ).fetchall()


_FINDERS: dict[Concern, Callable[[Session, Month], str | None]] = {
    "quarantine": _quarantine,
    "provisional": _provisional,
    "unreconciled": _unreconciled,
}
