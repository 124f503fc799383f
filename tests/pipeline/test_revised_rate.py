"""A rate that is revised changes what is read and no stored row; a closed month reads as it did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pipeline import books
from tests.pipeline.books import OCTOBER, THROUGH
from unitcost.closing.checks import CONCERNS
from unitcost.closing.freezing import close_month
from unitcost.errors import ClosedMonthError
from unitcost.months import Month
from unitcost.nightly import has_work
from unitcost.paths import Home
from unitcost.reading.arriving import arrivals
from unitcost.reconciling.comparing import write_reconciliation
from unitcost.session import open_session
from unitcost.tables import RECONCILED

_PAID = """customer_id,period,amount,currency
acme,2026-10-30,10,EUR
acme,2026-11-01,20,EUR
birch,2026-10-31,7,USD
"""
_BILLED = """start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id
2026-10-30T00:00:00+00:00,2026-10-31T00:00:00+00:00,10,eur,web search tool calls,p
2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,20,eur,web search tool calls,p
"""
_FEES = """
    select strftime(day, '%Y-%m'), sum(gap_usd) from marts.reconciliation_gap
    where cause = 'fees' group by all order by all
"""
_RATE = "{day},EUR,{rate},a bank,{recorded_on}\n"
_SQL = """
    select day, customer_id, revenue_usd, margin_usd + cost_usd from marts.cost_per_customer
    where revenue_usd is not null order by day, customer_id
"""
Dollars = list[tuple[date, str, Decimal]]
Revise = Callable[..., None]


@pytest.fixture(scope="module")
def place(built: Home, tmp_path_factory: pytest.TempPathFactory) -> books.Place:
    home = books.copy_home(built.root, tmp_path_factory.mktemp("first") / "home")
    (home.landing / "revenue").mkdir(parents=True)
    (home.landing / "revenue" / "paid.csv").write_text(_PAID)
    revise(home, {"2026-10-30": "1.1", "2026-11-01": "1.2"}, "2026-11-02")
    assert books.night(home)
    return books.Place.of(home.root, tmp_path_factory.mktemp("rates"))


@pytest.fixture
def home(place: books.Place) -> Home:
    return place.put_back()


def revise(home: Home, rates: dict[str, str], recorded_on: str) -> None:
    """Append rates to the book of the home."""
    file = home.price_tables / "fx.csv"
    file.parent.mkdir(exist_ok=True)
    before = file.read_text() if file.exists() else "day,currency,usd_per_unit,source,recorded_on\n"
    lines = [_RATE.format(day=d, rate=r, recorded_on=recorded_on) for d, r in rates.items()]
    file.write_text(before + "".join(lines))


def parquet(home: Home) -> dict[str, str]:
    """Every stored file and its digest, but those of the rates."""
    return {
        str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.root.rglob("*.parquet")
        if path.parent.name != "fx_rates"
    }


def compare(home: Home) -> dict[str, Decimal]:
    """Reconcile as a nightly run does; what the fees of each month are in dollars."""
    with open_session(home.root) as writer:
        write_reconciliation(writer)
        writer.publish()
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        return dict(con.execute(_FEES).fetchall())


def read(catalogue: Path) -> Dollars:
    with duckdb.connect(str(catalogue), read_only=True) as con:
        rows = con.execute(_SQL).fetchall()
    assert all(revenue == margin_and_cost for *_, revenue, margin_and_cost in rows)
    return [(day, customer, revenue) for day, customer, revenue, _ in rows]


def dollars(october: str, november: str) -> Dollars:
    return [
        (date(2026, 10, 30), "acme", Decimal(october)),
        (date(2026, 10, 31), "birch", Decimal(7)),
        (date(2026, 11, 1), "acme", Decimal(november)),
    ]


def test_a_revised_rate_changes_the_views_and_no_stored_row(home: Home) -> None:
    stored = parquet(home)
    assert read(home.warehouse) == dollars("11", "24")
    assert not books.night(home)
    revise(home, {"2026-10-30": "1.5", "2026-11-01": "1.25"}, "2026-11-03")
    with open_session(home.root) as writer:
        assert has_work(writer, THROUGH, arrivals(writer))
        days = {d: b for d, b in writer.catalogue.days.items() if d != THROUGH}  # asked for
    assert books.night(home)
    assert read(home.warehouse) == dollars("15", "25")
    assert parquet(home) == stored
    with open_session(home.root) as writer:
        assert {d: b for d, b in writer.catalogue.days.items() if d != THROUGH} == days
        assert not has_work(writer, THROUGH, arrivals(writer))


def test_a_closed_month_is_read_at_the_rates_of_its_closing(home: Home) -> None:
    close_month(home.root, Month.parse(OCTOBER), ("provisional",))
    own = home.closed / f"{OCTOBER}.duckdb"
    stored, reported = parquet(home), read(own)
    for rate, recorded_on in (("1.5", "2026-11-03"), ("1.6", "2026-11-04")):
        revise(home, {"2026-10-30": rate, "2026-11-01": rate}, recorded_on)
        assert books.night(home)
    assert read(own) == reported == dollars("11", "24")[:2]
    assert read(home.warehouse) == dollars("11", "32")
    assert parquet(home) == stored
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rates = con.execute(
            "select usd_per_unit, reported_usd_per_unit from core.fx_rates order by day"
        ).fetchall()
    assert rates == [(Decimal("1.6"), Decimal("1.1")), (Decimal("1.6"), Decimal("1.6"))]


def test_a_bill_is_compared_at_a_revised_rate_and_a_closed_months_as_it_was_closed(
    home: Home,
) -> None:
    """Of the files that there were none is another one; a comparison is a file of its own."""
    (home.landing / "openai_costs").mkdir()
    (home.landing / "openai_costs" / "costs.csv").write_text(_BILLED)
    assert books.night(home)
    assert compare(home) == {"2026-10": Decimal(11), "2026-11": Decimal(24)}
    close_month(home.root, Month.parse(OCTOBER), CONCERNS)
    stored = parquet(home)
    revise(home, {"2026-10-30": "1.5", "2026-11-01": "1.5"}, "2026-11-03")
    assert books.night(home)
    assert compare(home) == {"2026-10": Decimal(11), "2026-11": Decimal(30)}
    after = parquet(home)
    assert stored.items() <= after.items()
    new = {Path(path).parts[2] for path in after.keys() - stored.keys()}
    assert new == {table.split(".")[1] for table in RECONCILED}


def test_a_rate_that_a_closed_month_did_not_know_stays_unknown_there(home: Home) -> None:
    (home.price_tables / "fx.csv").unlink()
    assert books.night(home)
    assert read(home.warehouse) == dollars("0", "0")[1:2]
    close_month(home.root, Month.parse(OCTOBER))
    revise(home, {"2026-10-30": "1.5", "2026-11-01": "1.5"}, "2026-11-03")
    assert books.night(home)
    assert read(home.warehouse) == dollars("0", "30")[1:]


def test_a_rate_that_is_not_read_yet_holds_a_month_open(home: Home) -> None:
    revise(home, {"2026-10-30": "1.5"}, "2026-11-03")
    with pytest.raises(ClosedMonthError, match=r"exchange rates are not read yet.*nightly"):
        close_month(home.root, Month.parse(OCTOBER))


def test_the_check_of_rates_follows_the_rates(home: Home) -> None:
    check = """select day, bad_rows from meta.checks
        where check_name = 'revenue_has_an_exchange_rate' and bad_rows > 0"""
    for lines, expected in ((1, [(date(2026, 10, 30), 1)]), (2, [])):
        rates = {"2026-11-01": "1.5", "2026-10-30": "1.5"}
        (home.price_tables / "fx.csv").unlink()
        revise(home, dict([*rates.items()][:lines]), "2026-11-03")
        assert books.night(home)
        with duckdb.connect(str(home.warehouse), read_only=True) as con:
            assert con.execute(check).fetchall() == expected
