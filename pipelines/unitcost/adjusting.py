"""Posts to the open month what is learnt of closed ones, and leaves the closed ones as they are."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from unitcost.build import run_check
from unitcost.due import changed_closed_days, input_digests
from unitcost.lake.catalogue import Catalogue, utc_now
from unitcost.lake.shapes import select_rows
from unitcost.months import Month
from unitcost.queries import load_query
from unitcost.rebuild import only_prices_changed, shared_inputs
from unitcost.restating import restate
from unitcost.session import Session
from unitcost.sqltext import sql_text
from unitcost.workbench import create_empty, run_steps
from unitcost_models.closing import Adjustment, PostingDay, RestatedRequest
from unitcost_models.meta import AdjustedDay, CheckResult, Posting

LOG = logging.getLogger("unitcost")

TIES = "checks.adjustments_tie_to_requests"


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
    parts: list[Path] = []
    checks: list[CheckResult] = []
    for day in changed:
        LOG.info("adjusting %s", day)
        with session.workbench() as con:
            restate(session, con, day, day in repriced)
            parts += _difference(session, con, day, posting)
            checks.append(run_check(con, load_query(TIES), day))
    _post(session, posting, parts)
    for day, check in zip(changed, checks, strict=True):
        catalogue.checks[check.check_name, day] = check
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


def _difference(
    session: Session, con: duckdb.DuckDBPyConnection, day: date, posting: PostingDay
) -> list[Path]:
    """The day's new adjustments as a file in scratch; none where nothing is to be posted.

    `core.adjustments` of the workbench holds the day's earlier ones too.
    """
    create_empty(con, PostingDay)
    con.execute(
        f"insert into {PostingDay.table} values ($posting_no, $day, $posted_on)",
        posting.model_dump(),
    )
    run_steps(con, ["steps.request_changes"], day)
    con.execute(f"create table steps.new as {load_query(Adjustment.table).bind(day)}")
    posted = _posted(session, con, None)
    con.execute(
        f"""create table {Adjustment.table} as
            select * from ({posted}) where adjusted_day = date '{day}'
            union all by name select * from steps.new"""
    )
    if not con.execute("select 1 from steps.new limit 1").fetchall():
        return []
    session.write(con, RestatedRequest, f"select * from {RestatedRequest.table}", day)
    part = session.scratch / f"adjustments-{day}.parquet"
    con.execute(f"copy steps.new to {sql_text(part)} (format parquet)")
    return [part]


def _posted(session: Session, con: duckdb.DuckDBPyConnection, day: date | None) -> str:
    """A SELECT of the adjustments posted earlier, to one day or to any."""
    files = session.catalogue.live(Adjustment.table, None if day is None else [day])
    return select_rows(con, Adjustment, session.home.root, files)


def _post(session: Session, posting: PostingDay, parts: Sequence[Path]) -> None:
    """Append the rows to those of the posting's day, and enter the posting in the journal."""
    if not parts:
        return
    listed = ", ".join(sql_text(part) for part in parts)
    with session.workbench(with_vocabulary=False) as con:
        con.execute(
            f"create view steps.new as select * from read_parquet([{listed}], "
            "hive_partitioning = false)"
        )
        earlier = _posted(session, con, posting.day)
        together = f"select * from ({earlier}) union all by name select * from steps.new"
        order = ", ".join(Adjustment.key)
        sql = f"select * from ({together}) order by {order}"
        session.write(con, Adjustment, sql, posting.day)
        _enter(session, con, posting)


def _enter(session: Session, con: duckdb.DuckDBPyConnection, posting: PostingDay) -> None:
    totals = con.execute(
        """select month, cast(sum(requests) as bigint), cast(sum(amount_usd) as decimal(38, 12))
           from steps.new group by month order by month"""
    ).fetchall()
    for month, requests, amount in totals:
        session.catalogue.postings[posting.posting_no, month] = Posting(
            **posting.model_dump(),
            month=month,
            run_id=session.run_id,
            requests=requests,
            amount_usd=amount,
        )
