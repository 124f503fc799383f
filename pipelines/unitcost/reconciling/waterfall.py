"""A month's reconciliation as a waterfall: from what was metered to what is billed, cause by cause.

It reads the published marts; how causes are told is in `sql/steps`.
"""

from __future__ import annotations

from decimal import Decimal

import duckdb
from pydantic import BaseModel, ConfigDict

from unitcost.errors import UsageError
from unitcost.months import Month
from unitcost_models.reconciliation import ReconciliationMonth

REMEDIES = {
    "not_instrumented": "instrument what calls it, or the share of calls that leaves no record",
    "failed_but_billed": "raise client timeouts, or cancel on the server",
    "hidden_retries": "log every try: at the gateway, or as HTTP spans",
    "duplicate": "deliver each file once, or give its records ids",
    "token_class": "record cache and reasoning tokens as the provider counts them",
    "tier": "record the service tier as served",
    "region": "record the region as served",
    "unpriced": "add the model's price: `unitcost prices check`",
    "price": "add the price or the contract that the provider charges",
    "fees": "record tool calls and add their prices; spread other fees by [allocation]",
    "currency": "record exchange rates in price_tables/fx.csv",
    "unexplained": "look at this day and model in marts.reconciliation; deliver usage reports",
}
"""What to do about a cause; the others need nothing."""
FIRST = 5
"""How many places to mend are named."""


class Part(BaseModel):
    """One cause of a provider's gap."""

    model_config = ConfigDict(frozen=True)

    stage: str
    cause: str
    gap_usd: Decimal


class Place(BaseModel):
    """Where a cause costs most, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    provider: str
    account_id: str
    model: str
    cause: str
    gap_usd: Decimal
    worst_day: str
    remedy: str


class Waterfall(BaseModel):
    """A provider's month; the parts sum exactly to the gap."""

    model_config = ConfigDict(frozen=True)

    totals: ReconciliationMonth
    parts: tuple[Part, ...]
    is_within_tolerance: bool
    """Whether no more of what is billed is unexplained than is tolerated."""


class LaterBill(BaseModel):
    """What was posted, after the month was closed, of one provider's bills or cost reports."""

    model_config = ConfigDict(frozen=True)

    provider: str
    bill_kind: str
    currency: str
    amount_cost: Decimal
    """In `currency`."""


class MonthReport(BaseModel):
    """What `unitcost reconcile` tells."""

    model_config = ConfigDict(frozen=True)

    month: str
    tolerance_pct: Decimal
    providers: tuple[Waterfall, ...]
    fix_first: tuple[Place, ...]
    posted_later: tuple[LaterBill, ...]
    """In none of the other figures, which are as closed."""

    @property
    def is_within_tolerance(self) -> bool:
        """Whether every provider is."""
        return all(waterfall.is_within_tolerance for waterfall in self.providers)


def month_report(
    con: duckdb.DuckDBPyConnection, month: Month | None, tolerance_pct: Decimal
) -> MonthReport:
    """A month's reconciliation, of the newest month where none is named.

    At most `tolerance_pct` of what is billed may be unexplained.

    Raises:
        UsageError: the month has nothing to reconcile.
    """
    name = str(month) if month else _newest(con)
    rows = _totals(con, name)
    if not rows:
        message = f"{name}: nothing was metered or reported in this month"
        raise UsageError(message, "`select * from marts.reconciliation_months` shows the months")
    return MonthReport(
        month=name,
        tolerance_pct=tolerance_pct,
        providers=tuple(_waterfall(con, row, tolerance_pct) for row in rows),
        fix_first=_places(con, name),
        posted_later=_posted_later(con, name),
    )


def _newest(con: duckdb.DuckDBPyConnection) -> str:
    found = con.execute("select max(month) from marts.reconciliation_months").fetchall()[0][0]
    if found is None:
        message = "nothing was metered or reported yet"
        raise UsageError(message, "run `unitcost ingest PATH` and `unitcost nightly`")
    return str(found)


def _totals(con: duckdb.DuckDBPyConnection, month: str) -> list[ReconciliationMonth]:
    names = list(ReconciliationMonth.model_fields)
    rows = con.execute(
        f"select {', '.join(names)} from marts.reconciliation_months where month = ? "
        "order by provider",
        [month],
    ).fetchall()
    return [ReconciliationMonth(**dict(zip(names, row, strict=True))) for row in rows]


def _waterfall(
    con: duckdb.DuckDBPyConnection, totals: ReconciliationMonth, tolerance_pct: Decimal
) -> Waterfall:
    rows = con.execute(
        """select stage, cause, sum(gap_usd) from marts.reconciliation_gap
        where strftime(day, '%Y-%m') = ? and provider = ?
        group by stage, cause
        order by list_position(['usage', 'cost', 'invoice'], stage), abs(sum(gap_usd)) desc,
            cause""",
        [totals.month, totals.provider],
    ).fetchall()
    parts = tuple(Part(stage=stage, cause=cause, gap_usd=gap) for stage, cause, gap in rows)
    known = (totals.invoiced_usd, totals.reported_cost_usd, totals.reported_usage_usd)
    billed = next((usd for usd in known if usd is not None), Decimal(0))
    unexplained = abs(totals.unexplained_usd or Decimal(0))
    return Waterfall(
        totals=totals,
        parts=parts,
        is_within_tolerance=unexplained * 100 <= tolerance_pct * abs(billed),
    )


def _places(con: duckdb.DuckDBPyConnection, month: str) -> tuple[Place, ...]:
    rows = con.execute(
        """select provider, account_id, model, cause, sum(gap_usd),
            strftime(arg_max(day, (abs(gap_usd), day)), '%Y-%m-%d')
        from marts.reconciliation_gap
        where strftime(day, '%Y-%m') = ? and list_contains(?, cause)
        group by provider, account_id, model, cause
        having sum(gap_usd) <> 0
        order by abs(sum(gap_usd)) desc, provider, account_id, model, cause
        limit ?""",
        [month, list(REMEDIES), FIRST],
    ).fetchall()
    names = ("provider", "account_id", "model", "cause", "gap_usd", "worst_day")
    return tuple(
        Place(**dict(zip(names, row, strict=True)), remedy=REMEDIES[row[3]]) for row in rows
    )


def _posted_later(con: duckdb.DuckDBPyConnection, month: str) -> tuple[LaterBill, ...]:
    names = tuple(LaterBill.model_fields)
    rows = con.execute(
        """select provider, bill_kind, currency, sum(amount_cost)
        from core.bill_adjustments
        where month = ?
        group by provider, bill_kind, currency
        order by provider, bill_kind, currency""",
        [month],
    ).fetchall()
    return tuple(LaterBill(**dict(zip(names, row, strict=True))) for row in rows)
