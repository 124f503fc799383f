"""Bills and cost reports that come after their month was closed are posted to the open one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from tests.pipeline.answers import ask
from tests.pipeline.books import OCTOBER, THROUGH, contents, kept_files, night, postings, tables_of
from unitcost.closing.checks import CONCERNS
from unitcost.closing.freezing import close_month
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.why.tracing import trace

_HEADER = "provider,invoice_id,period,amount,currency,as_of\n"
_COSTS = "start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id\n"
DAY, FIRST = date(2026, 10, 30), date(2026, 10, 1)
POSTED = """
    select posting_no, day, month, adjusted_day, bill_kind, currency, cause, before_cost,
        after_cost, amount_cost
    from core.bill_adjustments order by posting_no, adjusted_day, bill_kind
"""
KNOWN = """
    select bill_kind, currency, booked_cost, adjustment_cost, billed_cost
    from marts.bills_as_known where month = '2026-10' order by bill_kind, currency
"""


def bill(home: Home, name: str, *lines: str) -> None:
    file = home.landing / "invoices" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_HEADER + "".join(f"{line}\n" for line in lines))


@pytest.fixture
def home(open_books: Home) -> Home:
    """A home whose October is closed, with an invoice for a day, in euros."""
    bill(open_books, "first.csv", "openai,i-1,2026-10-30,10,EUR,2026-10-31")
    night(open_books)
    close_month(open_books.root, Month.parse(OCTOBER), CONCERNS)
    return open_books


def test_a_late_bill_is_an_adjustment_in_its_own_currency(home: Home) -> None:
    own = home.closed / f"{OCTOBER}.duckdb"
    before, frozen = kept_files(home), contents(own, tables_of(own))
    # A corrected invoice, and one of a month of which no first day was ever built.
    bill(home, "late.csv", "openai,i-1,2026-10-30,12.000000000001,EUR,2026-11-02")
    bill(home, "month.csv", "openai,i-2,2026-10,7,USD,2026-11-02")
    report = home.landing / "openai_costs" / "late.csv"
    report.parent.mkdir()
    day = "2026-10-30T00:00:00+00:00,2026-10-31T00:00:00+00:00"
    report.write_text(f"{_COSTS}{day},3.5,usd,web search tool calls,p\n")
    night(home)
    usd = Decimal
    late, two = "late_report", usd("2.000000000001")
    where = (1, THROUGH, OCTOBER)
    assert ask(home, POSTED) == [
        (*where, FIRST, "invoices", "usd", late, usd(0), usd(7), usd(7)),
        (*where, DAY, "costs", "usd", late, usd(0), usd("3.5"), usd("3.5")),
        (*where, DAY, "invoices", "eur", "corrected", usd(10), 10 + two, two),
    ]
    assert ask(home, KNOWN) == [
        ("costs", "usd", usd(0), usd("3.5"), usd("3.5")),
        ("invoices", "eur", usd(10), two, 10 + two),
        ("invoices", "usd", usd(0), usd(7), usd(7)),
    ]
    assert kept_files(home) == before
    assert contents(own, tables_of(own)) == frozen
    assert ask(home, "from core.adjustments") == []
    assert [(p.month, p.amount_usd) for p in postings(home)] == [(OCTOBER, usd(0))]
    assert not night(home)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        place = ["invoices", "openai", "(all)", "(unattributed)", "(unattributed)", "usage", "eur"]
        found = trace(con, "core.bill_adjustments", [str(THROUGH), "1", str(DAY), *place], 5)
        assert {row[2] for row in found.lines.rows} == {"invoices/first.csv", "invoices/late.csv"}
        month = trace(con, "marts.bills_as_known", [OCTOBER, *place], 5)
        assert found.lines.rows == month.lines.rows

    # A correction that is taken back posts the reverse.
    bill(home, "again.csv", "openai,i-1,2026-10-30,10,EUR,2026-11-03")
    night(home, date(2026, 11, 3))
    assert ask(home, POSTED)[3:] == [
        (2, date(2026, 11, 3), OCTOBER, DAY, "invoices", "eur", "corrected", 10 + two, 10, -two)
    ]
    assert ask(home, KNOWN)[1] == ("invoices", "eur", usd(10), usd(0), usd(10))
    assert kept_files(home) == before
