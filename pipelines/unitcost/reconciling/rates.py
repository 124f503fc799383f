"""Keeps core.fx_rates, with which amounts in other currencies are converted when they are read.

A recorded rate so makes no day due. It is no price: where a provider bills in another currency,
its rate is part of what a request costs, and of the price book's revision.
"""

from __future__ import annotations

from datetime import date

import duckdb

from unitcost.days.build import run_check
from unitcost.lake.shapes import select_rows
from unitcost.price_book.exchange import read_exchange_rates
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.workbench import create_rows, create_view, run_steps
from unitcost_models.closed_months import ClosedMonth
from unitcost_models.currencies import ExchangeRate, FxRate, PublishedRate
from unitcost_models.meta import LakeFile
from unitcost_models.raw_revenue import Revenue

_HAS_RATE = "checks.revenue_has_an_exchange_rate"


def rates_are_published(session: Session) -> bool:
    """Whether core.fx_rates says what the book knows.

    Raises:
        PriceBookError: the book's rates cannot be read.
    """
    known = {
        (
            *(rate.day, f"{rate.currency}/USD", rate.usd_per_unit, rate.source, rate.recorded_on),
            *(rate.source_file, rate.source_line),
        )
        for rate in read_exchange_rates(session.book)
    }
    if not known and not any(file.rows for file in session.catalogue.live(FxRate.table)):
        return True
    with session.workbench(with_vocabulary=False) as con:
        rows = con.execute(
            f"""select day, currency_pair, usd_per_unit, source, recorded_on, source_file,
                source_line
                from ({_published(session, con)}) where usd_per_unit is not null"""
        ).fetchall()
    return set(rows) == known


def write_rates(session: Session) -> LakeFile:
    """The rates as known now, and as the closed months were reported with.

    Raises:
        PriceBookError: the book's rates cannot be read.
    """
    are_new = not rates_are_published(session)
    with session.workbench(with_vocabulary=False) as con:
        create_rows(con, ExchangeRate, read_exchange_rates(session.book))
        con.execute("create schema meta")
        create_rows(con, ClosedMonth, [*session.catalogue.closed.values()])
        con.execute(f"create view {PublishedRate.table} as {_published(session, con)}")
        run_steps(con, [FxRate.table], date.min)
        if are_new:
            _check_again(session, con)
        return session.write(con, FxRate, f"select * from {FxRate.table}", None)


def _published(session: Session, con: duckdb.DuckDBPyConnection) -> str:
    files = session.catalogue.live(FxRate.table)
    return select_rows(con, FxRate, session.home.root, files)


def _check_again(session: Session, con: duckdb.DuckDBPyConnection) -> None:
    """Whether revenue of the open days has a rate: other rates build no day."""
    files = session.catalogue.live(Revenue.table)
    if not files:
        return
    create_view(con, Revenue.table, session.absolute(files))
    days = con.execute(
        f"select distinct day from {Revenue.table} where currency <> 'USD' order by day"
    ).fetchall()
    for (day,) in days:
        if not session.catalogue.is_closed(day):
            result = run_check(con, load_query(_HAS_RATE), day)
            session.catalogue.checks[result.check_name, day] = result
