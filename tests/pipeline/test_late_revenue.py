"""Revenue that comes after its month was closed is posted to the open one, and the books stay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from tests.pipeline.answers import ask
from tests.pipeline.books import OCTOBER, THROUGH, contents, kept_files, night, postings, tables_of
from unitcost.closing.freezing import close_month
from unitcost.months import Month
from unitcost.paths import Home
from unitcost.why.part import Part
from unitcost.why.tracing import trace

_HEADER = "customer_id,plan,period,amount,currency,invoice_id,recorded_at\n"
_RATES = "day,currency,usd_per_unit,source,recorded_on\n"
DAY = date(2026, 10, 30)
POSTED = """
    select day, month, adjusted_day, customer_id, currency, before_revenue, after_revenue,
        amount_revenue
    from core.revenue_adjustments order by posting_no, adjusted_day, customer_id
"""
KNOWN = """
    select customer_id, booked_revenue_usd, revenue_usd, unconverted_amounts
    from marts.revenue_as_known where month = '2026-10' order by customer_id
"""


def pay(home: Home, name: str, *lines: str) -> None:
    file = home.landing / "revenue" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_HEADER + "".join(f"{line}\n" for line in lines))


def rates(home: Home, *lines: str) -> None:
    home.price_tables.mkdir(exist_ok=True)
    (home.price_tables / "fx.csv").write_text(_RATES + "".join(f"{line}\n" for line in lines))


@pytest.fixture
def home(open_books: Home) -> Home:
    """A home whose October is closed, with what acme paid for a day, in euros."""
    pay(open_books, "first.csv", "acme,pro,2026-10-30,10,EUR,1,2026-10-30")
    rates(open_books, "2026-10-30,EUR,1.1,a bank,2026-10-30")
    night(open_books)
    close_month(open_books.root, Month.parse(OCTOBER))
    return open_books


def explained(home: Home, key: list[str]) -> Part:
    """`why` names both files behind what is known; returns the lines behind what was booked."""
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        found = trace(con, "core.revenue_adjustments", key, 5)
        restated = trace(con, "core.restated_revenue", key[2:], 5)
        known = trace(con, "marts.revenue_as_known", [OCTOBER, *key[3:6]], 5)
        booked = [
            trace(con, "core.revenue", key[2:], 5),
            trace(con, "marts.revenue", key[2:-1], 5),
            trace(con, "marts.cost_per_customer", [str(DAY), "acme"], 5),
            trace(con, "marts.customer_margin", [OCTOBER, "acme"], 5),
            trace(con, "marts.feature_margin", [OCTOBER, key[5]], 5),
            trace(con, "marts.plan_margin", [OCTOBER, "pro"], 5),
        ]
    assert {row[2] for row in found.lines.rows} == {"revenue/first.csv", "revenue/late.csv"}
    assert restated.lines == known.lines == found.lines
    # What the books say is made of what was delivered before they were closed.
    assert [[row[2] for row in one.lines.rows] for one in booked] == [["revenue/first.csv"]] * len(
        booked
    )
    return booked[0].lines


def test_late_revenue_is_an_adjustment_in_its_own_currency(home: Home) -> None:
    own = home.closed / f"{OCTOBER}.duckdb"
    before, frozen = kept_files(home), contents(own, tables_of(own))
    paid = ask(home, "from marts.customer_margin where month = '2026-10' order by all")
    # A corrected statement of one invoice, and a payer that nobody knew of.
    corrected = "acme,pro,2026-10-30,12,EUR,1,2026-11-02"
    pay(home, "late.csv", corrected, "solo,pro,2026-10-30,7,USD,2,2026-11-02")
    night(home)
    usd = Decimal
    assert ask(home, POSTED) == [
        (THROUGH, OCTOBER, DAY, "acme", "EUR", usd(10), usd(12), usd(2)),
        (THROUGH, OCTOBER, DAY, "solo", "USD", usd(0), usd(7), usd(7)),
    ]
    assert ask(home, KNOWN) == [("acme", usd(11), usd("13.2"), 0), ("solo", usd(0), usd(7), 0)]
    assert kept_files(home) == before
    assert contents(own, tables_of(own)) == frozen
    assert ask(home, "from marts.customer_margin where month = '2026-10' order by all") == paid
    assert ask(home, "from core.adjustments") == []
    assert [(p.month, p.requests, p.amount_usd) for p in postings(home)] == [(OCTOBER, 0, usd(0))]
    assert not night(home)
    key = [str(THROUGH), "1", str(DAY), "acme", "pro", "(unattributed)", "EUR"]
    booked = explained(home, key)

    # The next statement starts from what was posted, and a rate moves the reading alone. All files
    # are read again, since what they are read by is another.
    home.settings_file.write_text('[attribution]\nteam = ["acme.team"]\n')
    pay(home, "later.csv", "acme,pro,2026-10-30,9,EUR,1,2026-11-03")
    rates(home, "2026-10-30,EUR,1.5,a bank,2026-11-03")
    night(home, date(2026, 11, 3))
    assert ask(home, POSTED)[2:] == [
        (date(2026, 11, 3), OCTOBER, DAY, "acme", "EUR", usd(12), usd(9), usd(-3)),
    ]
    assert ask(home, KNOWN)[:1] == [("acme", usd(11), usd("13.5"), 0)]
    assert kept_files(home) == before
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        assert trace(con, "core.revenue", key[2:], 5).lines == booked
