"""`explain` on given requests: what it reads, that parts sum for any of them, movers and their day.

The arithmetic is tested in `tests/unit/test_explaining.py`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from tests.sql.mart_inputs import DAY, put, request, task
from unitcost.errors import UsageError
from unitcost.explaining import Explanation, Span, explain
from unitcost.explaining.cells import DIMENSIONS
from unitcost.workbench import open_workbench, run_step

FIRST, LATER = Span(DAY, DAY + timedelta(3)), Span(DAY + timedelta(4), DAY + timedelta(7))


def told(
    con: duckdb.DuckDBPyConnection, *requests: dict[str, Any], tasks: Any = (), **asked: Any
) -> Explanation:
    """Build cost_per_request of every day that has requests, then explain."""
    put(con, *requests, tasks=tasks)
    for n, day in enumerate(sorted({r["day"] for r in requests}) or [FIRST.first]):
        run_step(con, "steps.cost_bounds", day)
        run_step(con, "marts.cost_per_request", day)
        kept = "create or replace table kept as" if n == 0 else "insert into kept"
        con.execute(f"{kept} from marts.cost_per_request")
    con.execute("create or replace table marts.cost_per_request as from kept")
    run_step(con, "marts.task_costs", FIRST.first)
    return explain(con, FIRST, LATER, **asked)


def called(n: int, name: str = "r", usd: str | None = "1", **values: Any) -> dict[str, Any]:
    """A request on the n-th day, all its cost input."""
    day = DAY + timedelta(n)
    return request(
        f"{name}{n}",
        usd,
        **{"day": day, "started_at": f"{day} 10:00:00", "customer_id": "acme", "feature": "chat"}
        | {"input_tokens": 100, "prompt_tokens": 100}
        | values,
    )


def moved(found: Explanation, member: str = "(all)") -> dict[str, Decimal]:
    (change,) = (c for c in found.changes if c.member == member)
    return {part.factor: part.change_usd for part in change.parts if part.change_usd}


def test_new_and_lost_customers_are_not_volume(workbench: duckdb.DuckDBPyConnection) -> None:
    found = told(
        workbench,
        *(called(n) for n in range(8)),
        called(1, "lost", "3", customer_id="left"),
        called(6, "new", "5", customer_id="came"),
    )
    assert moved(found) == {"new customers": Decimal(5), "lost customers": Decimal(-3)}
    assert [(m.factor, m.who, m.began_on) for m in found.movers] == [
        ("new customers", "came", DAY + timedelta(6)),
        ("lost customers", "left", DAY + timedelta(1)),
    ]


def test_price_change_is_found_with_its_size_and_its_day(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    found = told(workbench, *(called(n, usd="1" if n < 5 else "1.5") for n in range(8)))
    assert moved(found) == {"price": Decimal("1.5")}
    (mover,) = found.movers
    assert (mover.factor, mover.who, mover.began_on) == (
        "price",
        "chat, gpt-5-mini",
        DAY + timedelta(5),
    )
    assert (mover.before, mover.after) == (Decimal(10_000), Decimal(13_750))


def test_broken_cache_is_found_with_its_day(workbench: duckdb.DuckDBPyConnection) -> None:
    read: dict[str, Any] = {
        "input_tokens": 20,
        "cache_read_tokens": 80,
        "cache_read_cost_usd": "0.08",
    }
    cheap: dict[str, Any] = {"usd": "0.28", "input_cost_usd": "0.2", **read}
    found = told(workbench, *(called(n, **(cheap if n < 6 else {})) for n in range(8)))
    assert moved(found) == {"cache share": Decimal("1.44")}
    (mover,) = found.movers
    assert (mover.before, mover.after, mover.began_on) == (
        Decimal(80),
        Decimal(40),
        DAY + timedelta(6),
    )


def test_grown_prompt_is_found_with_its_tokens(workbench: duckdb.DuckDBPyConnection) -> None:
    long: dict[str, Any] = {"usd": "2.5", "input_tokens": 250, "prompt_tokens": 250}
    found = told(workbench, *(called(n, **(long if n >= 4 else {})) for n in range(8)))
    assert moved(found) == {"input tokens": Decimal(6)}
    (mover,) = found.movers
    assert (mover.before, mover.after, mover.began_on) == (
        Decimal(100),
        Decimal(250),
        DAY + timedelta(4),
    )


def test_a_new_feature_begins_on_its_first_day(workbench: duckdb.DuckDBPyConnection) -> None:
    """Days on which only others were called count for its share, which grows afterwards."""
    calls = [called(n, f"old{i}") for n in range(8) for i in range(4)]
    calls += [called(n, f"new{i}", feature="search") for n in (5, 6, 7) for i in range(2 * n - 6)]
    mover = next(
        m
        for m in told(workbench, *calls).movers
        if m.who.startswith("search") and m.factor == "mix"
    )
    assert (mover.before, mover.began_on) == (Decimal(0), DAY + timedelta(5))
    # 18 of the 34 calls of the later four days.
    assert mover.after == Decimal("52.941176")


def test_slices_are_explained_one_by_one(workbench: duckdb.DuckDBPyConnection) -> None:
    rows = [
        *(called(n, "a") for n in range(8)),
        *(called(n, "b", "2" if n < 4 else "3", feature="agent") for n in range(8)),
    ]
    found = told(workbench, *rows, by="feature")
    assert moved(found, "agent") == {"price": Decimal(4)}
    assert moved(found, "chat") == {}
    alone = told(workbench, *rows, only={"feature": "agent"})
    assert moved(alone) == {"price": Decimal(4)}
    assert [m.who for m in alone.movers] == ["agent, gpt-5-mini"]


def test_what_the_gateways_cache_answers_is_no_price_change(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    hits = (called(n, "hit", "0", status="cache_hit", billed_state="not_billed") for n in (5, 6))
    found = told(workbench, *(called(n) for n in range(8)), *hits)
    parts = moved(found)
    assert set(parts) == {"volume", "tier"}
    assert sum(parts.values()) == 0


def test_unpriced_requests_are_counted_and_not_explained(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    found = told(workbench, *(called(n) for n in range(8)), request("x", None, customer_id="acme"))
    (change,) = found.changes
    assert (change.unpriced_requests_before, change.unpriced_requests_after) == (1, 0)
    assert moved(found) == {}


def test_cost_per_success_is_explained_too(workbench: duckdb.DuckDBPyConnection) -> None:
    outcomes = ["success"] * 5 + ["failure"] * 3
    found = told(
        workbench,
        *(called(n, task_id=f"t{n}") for n in range(8)),
        tasks=tuple(
            task(f"t{n}", o, day=DAY + timedelta(n), started_on=DAY + timedelta(n), task_type="x")
            for n, o in enumerate(outcomes)
        ),
    )
    (change,) = found.cost_per_success
    assert (change.before_usd, change.after_usd) == (Decimal(1), Decimal(4))
    assert [(p.factor, p.change_usd) for p in change.parts if p.change_usd] == [
        ("success rate", Decimal(3))
    ]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [({"by": "mood"}, "no such dimension"), ({"only": {"1=1; --": "x"}}, "no such dimension")],
)
def test_a_strange_dimension_is_refused(
    workbench: duckdb.DuckDBPyConnection, asked: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(UsageError, match=complaint):
        explain(workbench, FIRST, LATER, **asked)


def test_periods_may_not_overlap(workbench: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UsageError, match="overlap"):
        explain(workbench, FIRST, Span(date(2026, 1, 1), FIRST.first))


NAMES = st.sampled_from([None, "a", "b"])
TOKENS = st.none() | st.integers(0, 10**6)
MONEY = st.decimals("0", "99", places=12)
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.integers(0, 7),
            "paid": st.none() | st.tuples(MONEY, MONEY, MONEY, MONEY),
            "customer_id": NAMES,
            "feature": NAMES,
            "model": NAMES,
            "service_tier": st.sampled_from(["standard", "batch"]),
            "status": st.sampled_from(["ok", "ok", "error", "truncated", "cache_hit"]),
            "is_final_attempt": st.booleans(),
            "input_tokens": TOKENS,
            "cache_read_tokens": TOKENS,
            "output_tokens": TOKENS,
        }
    ),
    max_size=12,
)
PARTS = ("input_cost_usd", "cache_read_cost_usd", "output_cost_usd", "tool_cost_usd")


@settings(max_examples=20, deadline=None)
@drawn(CALLS, st.none() | st.sampled_from(DIMENSIONS))
def test_parts_sum_to_the_change_of_any_periods_and_slices(
    calls: list[dict[str, Any]], by: str | None
) -> None:
    rows = []
    for place, call in enumerate(calls):
        paid, n = call.pop("paid"), call.pop("n")
        usd = str(sum(paid)) if paid else None
        costs = dict(zip(PARTS, map(str, paid), strict=True)) if paid else {}
        rows.append(called(n, f"{place}x", usd, **costs, **call))
    with open_workbench() as con:
        found = told(con, *rows, by=by)
        sums = con.execute(
            f"""select coalesce(sum(cost_usd) filter (where {FIRST.condition()}), 0),
                coalesce(sum(cost_usd) filter (where {LATER.condition()}), 0)
                from marts.cost_per_request"""
        ).fetchall()[0]
    for change in found.changes:
        assert sum(p.change_usd for p in change.parts) == change.change_usd
        assert change.change_usd == change.after_usd - change.before_usd
    assert sum(c.before_usd for c in found.changes) == sums[0]
    assert sum(c.after_usd for c in found.changes) == sums[1]
