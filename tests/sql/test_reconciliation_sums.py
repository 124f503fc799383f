"""Whatever both sides say, the parts of the gap sum exactly, and order changes nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.given import rows_of
from tests.sql.reconciled_rows import Row, fill, metered, reported

_TOKENS = ("input", "cache_read", "cache_write", "output")
_MONEY = st.integers(0, 10**15).map(lambda n: Decimal(n).scaleb(-12))
_PLACE = st.fixed_dictionaries(
    {
        "day": st.sampled_from([date(2026, 10, d) for d in (30, 31)] + [date(2026, 11, 1)]),
        "provider": st.sampled_from(["openai", "anthropic"]),
        "platform": st.just("direct"),
        "account_id": st.sampled_from([None, "a", "b"]),
        "model": st.sampled_from(["gpt-5.4", "claude-sonnet-4-6", "new"]),
        "service_tier": st.sampled_from(["standard", "batch"]),
        "region_scope": st.sampled_from(["global", "us_residency"]),
    }
)
_METERED = st.tuples(
    _PLACE,
    st.fixed_dictionaries(
        {
            "hour_of_day": st.integers(0, 23),
            "token_class": st.sampled_from([*_TOKENS, "other", "requests", "doubtful", "untold"]),
            "priced_quantity": st.integers(0, 10**9),
            "unpriced_quantity": st.integers(0, 10**6),
            "cost_usd": _MONEY,
        }
    ),
    st.integers(0, 10**6),
)
_REPORTED = st.tuples(
    _PLACE,
    st.fixed_dictionaries(
        {
            "report_kind": st.sampled_from(["usage", "costs"]),
            "token_class": st.sampled_from([*_TOKENS, "other", "not_split", "requests"]),
            "reported_quantity": st.integers(0, 10**9),
            "billed_cost": _MONEY,
            "charge_category": st.sampled_from(["usage", "usage", "credit", "purchase"]),
            "currency": st.sampled_from(["usd", "usd", "eur"]),
            "charge_lines": st.integers(1, 3),
            "is_provisional": st.booleans(),
        }
    ),
    st.integers(0, 3),
)
_INVOICED = st.fixed_dictionaries(
    {
        "day": st.just(date(2026, 10, 1)),
        "provider": st.sampled_from(["openai", "anthropic"]),
        "billed_cost": _MONEY,
        "charge_category": st.sampled_from(["usage", "tax"]),
        "currency": st.sampled_from(["usd", "eur"]),
    }
)


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(_METERED, max_size=12), st.lists(_REPORTED, max_size=12), st.lists(_INVOICED))
def test_parts_sum_exactly(
    shipped: duckdb.DuckDBPyConnection, ours: list[Any], theirs: list[Any], invoices: list[Row]
) -> None:
    mine = [metered(*row) for row in ours]
    fill(shipped, mine, [reported(*row) for row in theirs], invoices)
    assert (
        rows_of(
            shipped,
            """
            with stated as (
                select day, provider, platform, sum(gap_usd) as gap_usd,
                    sum(coalesce(reported_cost_usd, reported_usage_usd) - metered_usd) as difference
                from marts.reconciliation group by day, provider, platform
            ),
            parts as (
                select day, provider, platform, sum(gap_usd) as gap_usd
                from marts.reconciliation_gap where stage <> 'invoice'
                group by day, provider, platform
            )
            select * from stated full join parts using (day, provider, platform)
            where coalesce(stated.gap_usd, 0) <> coalesce(parts.gap_usd, 0)
                or stated.gap_usd <> difference
            """,
        )
        == []
    )
    total = shipped.execute("select sum(metered_usd) from marts.reconciliation").fetchall()[0][0]
    assert (total or 0) == sum((row["cost_usd"] for row in mine), Decimal(0))
    months = rows_of(shipped, "select * from marts.reconciliation_months")
    assert sum((m["metered_usd"] for m in months), Decimal(0)) == (total or 0)
    invoiced = {row["provider"] for row in invoices}
    for m in months:
        if m["month"] == "2026-10" and m["provider"] in invoiced:
            assert m["gap_usd"] == m["invoiced_usd"] - m["metered_usd"]
        if m["gap_usd"] is not None:
            assert m["gap_usd"] == m["explained_usd"] + m["unexplained_usd"]


def test_the_order_of_rows_changes_nothing(shipped: duckdb.DuckDBPyConnection) -> None:
    rng = Random(6)
    place = [
        {"day": date(2026, 10, 1 + n % 3), "provider": "openai", "platform": "direct",
         "account_id": rng.choice([None, "a", "b"]), "model": "gpt-5.4",
         "service_tier": rng.choice(["standard", "batch"]), "region_scope": "global"}
        for n in range(40)
    ]  # fmt: skip
    ours = [
        metered(
            p,
            {"hour_of_day": n % 24, "token_class": _TOKENS[n % 4], "unpriced_quantity": 0,
             "priced_quantity": rng.randrange(10**6), "cost_usd": Decimal(n).scaleb(-3)},
            0,
        )
        for n, p in enumerate(place)
    ]  # fmt: skip
    usage = {"report_kind": "usage", "charge_category": "usage", "currency": None,
             "billed_cost": None, "charge_lines": 1, "is_provisional": False}  # fmt: skip
    theirs = [
        reported(p, {**usage, "token_class": _TOKENS[n % 4], "reported_quantity": n * 997}, 1)
        for n, p in enumerate(place)
    ]
    answers = set()
    for _ in range(3):
        rng.shuffle(ours)
        rng.shuffle(theirs)
        fill(shipped, ours, theirs, [])
        answers.add(str(rows_of(shipped, "select * from marts.reconciliation_gap")))
    assert len(answers) == 1
