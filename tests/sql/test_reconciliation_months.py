"""What the days of a month tell together: where they begin, and how large a call usually is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.shipped_book import open_shipped_book
from unitcost.reconciling.comparing import reconcile
from unitcost.workbench import create_empty, open_workbench, run_steps
from unitcost_models.provider import InvoiceLine
from unitcost_models.reconciliation import MeteredUsage, ReportedUsage

_PLACE = {
    "provider": "aws",
    "platform": "bedrock",
    "account_id": "1",
    "model": "claude-opus-4-8",
    "service_tier": "standard",
    "region_scope": "geo_us",
}


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as con:
        open_shipped_book(con)
        yield con


_SPENT = """
    create or replace table spent as
    with hours as (
        select m as month, i as hour, a.account_id, hash(i, a.account_id) % 1000 as draw
        from unnest(['2026-03', '2026-04', '2026-05']) as months (m)
        cross join range(20 * 24) as r (i)
        cross join (values ('red'), ('blue')) as a (account_id)
    )

    select
        month, account_id,
        (month || '-05')::timestamp + interval 1 hour * hour as started_at,
        (draw * if(account_id = 'blue', 20, 1) * (1 + hour % 5) + 10)::bigint as quantity,
        case month when '2026-03' then 9 when '2026-05' then -5 else 0 end as moved_hours
    from hours
"""


def test_where_days_begin_is_told_by_the_course_of_each_month_alone(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """In March our larger account is missing, in April half of every call, in May nothing is."""
    bench.execute(_SPENT)
    create_empty(bench, MeteredUsage)
    bench.execute("""insert into core.metered_usage by name
        select
            started_at::date as day, hour(started_at)::bigint as hour_of_day, 'openai' as provider,
            'direct' as platform, account_id, 'gpt-4.1' as model, 'input' as token_class,
            if(month = '2026-04', quantity // 2, quantity) as priced_quantity,
            0 as unpriced_quantity, 0 as twin_quantity
        from spent where month <> '2026-03' or account_id = 'red'""")
    create_empty(bench, ReportedUsage)
    bench.execute("""insert into core.reported_usage by name
        select (started_at + interval 1 hour * moved_hours)::date as day, 'openai' as provider,
            'direct' as platform, 'usage' as report_kind, account_id, 'gpt-4.1' as model,
            'input' as token_class, sum(quantity)::bigint as reported_quantity
        from spent group by all""")
    run_steps(bench, ["steps.day_offsets"], date.min)
    assert rows_of(bench, "select month, offset_hours from steps.day_offsets order by month") == [
        {"month": "2026-03", "offset_hours": -9},
        {"month": "2026-05", "offset_hours": 5},
    ]


def metered(day: int, quantity: int, token_class: str = "output", **labels: Any) -> dict[str, Any]:
    """What our calls of an hour used of a class; a million tokens cost a dollar."""
    is_tokens = token_class in ("input", "output")
    return {"day": date(2026, 10, day), "hour_of_day": 9, **_PLACE, "token_class": token_class,
            "priced_quantity": quantity, "unpriced_quantity": 0, "twin_quantity": 0,
            "largest_quantity": quantity if is_tokens else 0,
            "cost_usd": Decimal(quantity if is_tokens else 0).scaleb(-6), **labels}  # fmt: skip


def reported(day: int, quantity: int, token_class: str = "output", **labels: Any) -> dict[str, Any]:
    """What the provider counts of a class."""
    return {"day": date(2026, 10, day), **_PLACE, "token_class": token_class,
            "report_kind": "usage", "charge_category": "usage", "reported_quantity": quantity,
            "charge_lines": 1, "cent_lines": 0, "is_provisional": False, **labels}  # fmt: skip


def offsets(con: duckdb.DuckDBPyConnection, ours: list[Any], theirs: list[Any]) -> dict[str, int]:
    """Month -> how many hours later its days begin."""
    given(con, MeteredUsage, *ours)
    given(con, ReportedUsage, *theirs)
    run_steps(con, ["steps.day_offsets"], date.min)
    return {row["month"]: row["offset_hours"] for row in rows_of(con, "from steps.day_offsets")}


def every_month(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The same in three months, of which each lies weeks after the one before."""
    return [
        {**row, "day": row["day"].replace(month=month)} for month in (9, 10, 11) for row in rows
    ]


def test_a_day_beside_an_interruption_does_not_tell_where_days_begin(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """Most of what is reported of the first was on the evening before, of which nothing is kept."""
    mornings = [metered(5 + n, q, hour_of_day=3) for n, q in enumerate((10, 50, 20, 70))]
    evenings = [metered(5 + n, q, hour_of_day=20) for n, q in enumerate((400, 900, 300, 800))]
    theirs = [reported(5, 9010), reported(6, 450), reported(7, 920), reported(8, 370)]
    assert offsets(bench, every_month(*mornings, *evenings), every_month(*theirs)) == {
        "2026-09": -4,
        "2026-10": -4,
        "2026-11": -4,
    }


def test_what_is_metered_far_from_all_reports_does_not_hide_where_days_begin(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """Of each month the reports have two days, and our records a third."""
    ours = [metered(7, 100, hour_of_day=2), metered(8, 70, hour_of_day=2), metered(20, 500)]
    theirs = [reported(6, 100), reported(7, 70)]
    assert offsets(bench, every_month(*ours), every_month(*theirs)) == {
        "2026-09": 3,
        "2026-10": 3,
        "2026-11": 3,
    }


def test_the_outer_days_decide_between_hours_that_fit_the_inner_ones(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """The last report's calls lie on the day after it, later than those of the days before."""
    ours = [metered(7 + n, q, hour_of_day=2) for n, q in enumerate((100, 40, 90, 20))]
    ours.append(metered(11, 60, hour_of_day=7))
    theirs = [reported(6 + n, q) for n, q in enumerate((100, 40, 90, 20, 60))]
    assert offsets(bench, ours, theirs) == {"2026-10": 8}


def parts(con: duckdb.DuckDBPyConnection, ours: list[Any], theirs: list[Any]) -> dict[str, int]:
    """Cause -> tokens behind it."""
    given(con, MeteredUsage, *ours)
    given(con, ReportedUsage, *theirs)
    create_empty(con, InvoiceLine)
    reconcile(con)
    found = rows_of(
        con,
        """select cause, sum(part_quantity)::bigint as quantity
        from marts.reconciliation_gap where part_quantity <> 0 group by cause""",
    )
    return {row["cause"]: row["quantity"] for row in found}


def test_a_timeout_may_be_as_large_as_the_largest_call_of_the_month(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """On its own day there is one call, a small one; another account's calls tell nothing of it."""
    calls = [metered(3, 1, "requests"), metered(4, 1, "requests"), metered(4, 1, "doubtful")]
    ours = [*calls, metered(3, 9000), metered(4, 200)]
    assert parts(bench, ours, [reported(3, 9000), reported(4, 8200)]) == {"failed_but_billed": 8000}
    others = {"account_id": "2"}
    ours = [*calls, metered(3, 200), metered(4, 200),
            metered(3, 9000, **others), metered(3, 1, "requests", **others)]  # fmt: skip
    theirs = [reported(3, 200), reported(4, 8200), reported(3, 9000, **others)]
    assert parts(bench, ours, theirs) == {"failed_but_billed": 200, "not_instrumented": 7800}


def test_calls_found_on_another_day_are_no_surplus_beside_a_timeout(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """Three of four calls of the fourth lie on the fifth, and one timed out."""
    ours = [metered(4, 1, "requests"), metered(4, 1, "doubtful"), metered(4, 100),
            metered(5, 4, "requests"), metered(5, 400)]  # fmt: skip
    theirs = [reported(4, 5, "requests"), reported(4, 500),
              reported(5, 1, "requests"), reported(5, 100)]  # fmt: skip
    assert parts(bench, ours, theirs) == {"timing": 0, "failed_but_billed": 100}


def charged(day: int, quantity: int, pounds: str) -> dict[str, Any]:
    """A charge in pounds, which stand at one dollar."""
    return {**reported(day, quantity), "report_kind": "costs", "currency": "gbp",
            "billed_cost": Decimal(pounds)}  # fmt: skip


def test_the_rate_of_a_currency_is_not_read_from_a_region_that_the_report_excludes(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """Seventeen parts in a hundred below our price is nine below the list price elsewhere."""
    bench.execute("""create or replace table core.exchange_rates as
        select date '2026-10-04' as day, 'GBP' as currency, 1.0::decimal(38, 18) as usd_per_unit""")
    ours = {**metered(4, 10**6), "cost_usd": Decimal("27.5")}
    theirs = [reported(4, 10**6), charged(4, 10**6, "22.8")]
    parts(bench, [ours], theirs)
    assert rows_of(bench, "select cause, gap_usd from marts.reconciliation_gap") == [
        {"cause": "price", "gap_usd": Decimal("-4.7")}
    ]
