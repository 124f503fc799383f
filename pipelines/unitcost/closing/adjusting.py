"""Posts to the open month what is learnt of closed ones, and leaves the closed ones as they are."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from unitcost.closing.restating import restate
from unitcost.days.build import run_check
from unitcost.days.due import changed_closed_days, input_digests
from unitcost.days.rebuild import only_prices_changed, shared_inputs
from unitcost.lake.catalogue import Catalogue, utc_now
from unitcost.lake.shapes import select_rows
from unitcost.months import Month
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.sqltext import sql_text
from unitcost.workbench import create_empty, run_steps
from unitcost_models.base import Row
from unitcost_models.closed_months import AdjustedDay, Posting
from unitcost_models.closing import Adjustment, PostingDay, RestatedRequest
from unitcost_models.late_bills import BillAdjustment, RestatedBill
from unitcost_models.late_outcomes import OutcomeAdjustment, RestatedTask
from unitcost_models.late_revenue import RestatedRevenue, RevenueAdjustment
from unitcost_models.meta import CheckResult

LOG = logging.getLogger("unitcost")


@dataclass(frozen=True)
class Ledger:
    """What is posted of one kind of finding, the knowledge it is told from, and what proves it."""

    posted: type[Row]
    restated: type[Row]
    changes: tuple[str, ...]
    """Steps that the posted table is made of."""
    tie: str


LEDGERS = (
    Ledger(
        Adjustment,
        RestatedRequest,
        ("steps.request_changes",),
        "checks.adjustments_tie_to_requests",
    ),
    Ledger(
        OutcomeAdjustment,
        RestatedTask,
        ("steps.task_changes",),
        "checks.outcome_adjustments_tie_to_tasks",
    ),
    Ledger(RevenueAdjustment, RestatedRevenue, (), "checks.revenue_adjustments_tie"),
    Ledger(BillAdjustment, RestatedBill, (), "checks.bill_adjustments_tie"),
)


_JOURNAL = """
    with posted as (
        select month, requests, amount_usd, null as task_id from core.adjustments
        union all
        select month, 0, 0, case when outcome_before <> outcome_after then task_id end
        from core.outcome_adjustments
        union all
        select month, 0, 0, null from core.revenue_adjustments
        union all
        select month, 0, 0, null from core.bill_adjustments
    )
    select
        month,
        cast(sum(requests) as bigint),
        cast(sum(amount_usd) as decimal(38, 12)),
        count(distinct task_id)
    from posted
    group by month
    order by month
"""


def post_adjustments(session: Session, through: date) -> list[CheckResult]:
    """Post every difference that is not posted yet; returns how each day's adjustments tie.

    A day is looked at once for each change of its inputs, so a second run posts nothing.
    """
    catalogue = session.catalogue
    digests = input_digests(catalogue, shared_inputs(session), {through})
    changed = changed_closed_days(catalogue, digests, through)
    if not changed:
        return []
    posting = _posting_day(catalogue, through)
    repriced = only_prices_changed(session)
    parts: dict[str, list[Path]] = defaultdict(list)
    checks: list[CheckResult] = []
    for day in changed:
        LOG.info("adjusting %s", day)
        with session.workbench() as con:
            restate(session, con, day, day in repriced)
            _create_posting(con, posting)
            for ledger in LEDGERS:
                parts[ledger.posted.table] += _difference(session, con, day, ledger)
                checks.append(run_check(con, load_query(ledger.tie), day))
    _post(session, posting, parts)
    catalogue.checks.update({(check.check_name, check.day): check for check in checks})
    for day in changed:
        catalogue.adjusted[day] = AdjustedDay(day=day, inputs=digests[day], adjusted_at=utc_now())
    return checks


def _posting_day(catalogue: Catalogue, through: date) -> PostingDay:
    """`through` while its month is open, else the first day of the earliest open month after it."""
    month, day = Month.of_day(through), through
    while str(month) in catalogue.closed:
        month = month.next()
        day = month.first
    number = max((number for number, _ in catalogue.postings), default=0) + 1
    return PostingDay(posting_no=number, day=day, posted_on=utc_now().date())


def _create_posting(con: duckdb.DuckDBPyConnection, posting: PostingDay) -> None:
    create_empty(con, PostingDay)
    con.execute(
        f"insert into {PostingDay.table} values ($posting_no, $day, $posted_on)",
        posting.model_dump(),
    )


def _difference(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, ledger: Ledger
) -> list[Path]:
    """The day's new rows of a ledger as a file in scratch; none where nothing is to be posted.

    The ledger's table in the workbench holds the day's earlier rows too.
    """
    table = ledger.posted.table
    run_steps(con, ledger.changes, day)
    con.execute(f"create or replace table steps.new as {load_query(table).bind(day)}")
    posted = _posted(session, con, ledger.posted, None)
    con.execute(
        f"""create table {table} as
            select * from ({posted}) where adjusted_day = date '{day}'
            union all by name select * from steps.new"""
    )
    if not con.execute("select 1 from steps.new limit 1").fetchall():
        return []
    session.write(con, ledger.restated, f"select * from {ledger.restated.table}", day)
    part = session.scratch / f"{table}-{day}.parquet"
    con.execute(f"copy steps.new to {sql_text(part)} (format parquet)")
    return [part]


def _posted(
    session: Session, con: duckdb.DuckDBPyConnection, row: type[Row], day: date | None
) -> str:
    """A SELECT of the adjustments posted earlier, to one day or to any."""
    files = session.catalogue.live(row.table, None if day is None else [day])
    return select_rows(con, row, session.home.root, files)


def _post(session: Session, posting: PostingDay, parts: Mapping[str, Sequence[Path]]) -> None:
    """Append the rows to those of the posting's day, and enter the posting in the journal."""
    with session.workbench(with_vocabulary=False) as con:
        for row in (ledger.posted for ledger in LEDGERS):
            create_empty(con, row)
            if parts[row.table]:
                _append(session, con, row, posting.day, parts[row.table])
        _enter(session, con, posting)


def _append(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    row: type[Row],
    day: date,
    parts: Sequence[Path],
) -> None:
    """Write the rows together with those that the day has; the workbench holds the new ones."""
    listed = ", ".join(sql_text(part) for part in parts)
    new = f"read_parquet([{listed}], hive_partitioning = false)"
    con.execute(f"insert into {row.table} by name select * from {new}")
    earlier = _posted(session, con, row, day)
    together = f"select * from ({earlier}) union all by name select * from {row.table}"
    order = ", ".join(row.key)
    session.write(con, row, f"select * from ({together}) order by {order}", day)


def _enter(session: Session, con: duckdb.DuckDBPyConnection, posting: PostingDay) -> None:
    """One row a month, from the new rows in the workbench."""
    for month, requests, amount, judged in con.execute(_JOURNAL).fetchall():
        session.catalogue.postings[posting.posting_no, month] = Posting(
            **posting.model_dump(),
            month=month,
            run_id=session.run_id,
            requests=requests,
            amount_usd=amount,
            judged_tasks=judged,
        )
