"""The marts that add requests up by one dimension, and what customers leave over.

That they all tie is tested with random requests in `test_marts_ties.py`.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.mart_inputs import DAY, build, put, request


def test_feature_adds_up_requests_tokens_and_cost(workbench: duckdb.DuckDBPyConnection) -> None:
    tried = {"status": "timeout", "billed_state": "unknown", "usage_basis": "missing"}
    put(
        workbench,
        request("a", "0.30", feature="search", input_tokens=10, cache_write_1h_tokens=4),
        request("b", "0.15", feature="search", input_tokens=20, reasoning_tokens=7),
        request("c", None, feature="search", is_final_attempt=False, **tried),
        request("d", "0.05", prompt_tokens=8, completion_tokens=2),
        request("e", "99", feature="search", day=DAY - timedelta(1)),
    )
    build(workbench)

    searched, unattributed = rows_of(
        workbench, "select * from marts.cost_per_feature order by cost_usd desc"
    )
    assert searched == {
        "day": DAY,
        "feature": "search",
        "requests": 3,
        "calls": 2,
        "failed_requests": 1,
        "unknown_usage_requests": 1,
        "input_tokens": 30,
        "cache_read_tokens": 0,
        "cache_write_tokens": 4,
        "input_media_tokens": 0,
        "output_tokens": 0,
        "reasoning_tokens": 7,
        "output_media_tokens": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
        "cost_usd": Decimal("0.45"),
        "unpriced_requests": 1,
        "cost_per_request_usd": Decimal("0.225"),
        "share_of_day_pct": Decimal(90),
    }
    assert (unattributed["feature"], unattributed["prompt_tokens"]) == ("(unattributed)", 8)
    assert unattributed["share_of_day_pct"] == Decimal(10)


def test_nothing_priced_has_no_average_and_no_share(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, request("a", None, team="core"), request("b", None, team="core"))
    build(workbench)

    assert workbench.execute(
        """select cost_usd, unpriced_requests, cost_per_request_usd, share_of_day_pct
           from marts.cost_per_team"""
    ).fetchall() == [(Decimal(0), 2, None, None)]


def test_average_is_exact_to_the_last_digit_kept(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, *(request(cost, cost, stage="rerank") for cost in ("0.1", "0", "0.00")))
    build(workbench)

    assert workbench.execute(
        "select cost_per_request_usd from marts.cost_per_stage"
    ).fetchall() == [(Decimal("0.033333333333"),)]


@pytest.mark.parametrize(
    ("mart", "dimensions"),
    [
        ("cost_per_team", {"team": "core"}),
        ("cost_per_account", {"account_id": "org-1"}),
        ("cost_per_stage", {"stage": "rerank"}),
        ("cost_per_task_type", {"task_type": "refund"}),
        ("cost_per_user", {"customer_id": "acme", "user_id": "u1"}),
        ("cost_per_prompt_version", {"prompt_name": "greet", "prompt_version": "7"}),
    ],
)
def test_each_dimension_has_its_row_and_the_unattributed_one(
    workbench: duckdb.DuckDBPyConnection, mart: str, dimensions: dict[str, str]
) -> None:
    put(workbench, request("a", "2", **dimensions), request("b", "1"))
    build(workbench)

    names = ", ".join(dimensions)
    nobody = ["(unattributed)"] * len(dimensions)
    assert workbench.execute(
        f"select {names}, cost_usd from marts.{mart} order by cost_usd"
    ).fetchall() == [(*nobody, Decimal(1)), (*dimensions.values(), Decimal(2))]


def test_one_user_id_at_two_customers_is_two_users(workbench: duckdb.DuckDBPyConnection) -> None:
    put(workbench, *(request(c, "1", customer_id=c, user_id="1") for c in ("acme", "bolt")))
    build(workbench)

    assert workbench.execute("select customer_id, user_id from marts.cost_per_user").fetchall() == [
        ("acme", "1"),
        ("bolt", "1"),
    ]


def test_model_is_told_apart_by_platform_and_may_be_unresolved(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "1"),
        request("b", "2", platform="azure"),
        request("c", None, provider="acme", model=None),
    )
    build(workbench)

    assert workbench.execute(
        "select provider, platform, model, cost_usd, unpriced_requests from marts.cost_per_model"
    ).fetchall() == [
        ("acme", "direct", "(unattributed)", Decimal(0), 1),
        ("openai", "azure", "gpt-5-mini", Decimal(2), 0),
        ("openai", "direct", "gpt-5-mini", Decimal(1), 0),
    ]


def test_an_account_shows_what_its_agreements_changed(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    agreed = {"list_cost_usd": "3", "contracted_cost_usd": "2", "account_id": "org-1"}
    put(workbench, request("a", "1.5", **agreed), request("b", "1", platform="azure", **agreed))
    build(workbench)

    assert workbench.execute(
        """select platform, account_id, list_cost_usd, contracted_cost_usd, cost_usd
           from marts.cost_per_account"""
    ).fetchall() == [
        ("azure", "org-1", Decimal(3), Decimal(2), Decimal(1)),
        ("direct", "org-1", Decimal(3), Decimal(2), Decimal("1.5")),
    ]


def test_margin_is_known_only_where_revenue_is(workbench: duckdb.DuckDBPyConnection) -> None:
    put(
        workbench,
        request("a", "3", customer_id="under water"),
        request("b", "1", customer_id="free"),
        request("c", "0.5", customer_id="refunded"),
        revenue=(
            {"day": DAY, "customer_id": "under water", "billed_revenue": "2"},
            {"day": DAY, "customer_id": "idle", "billed_revenue": "8"},
            {"day": DAY, "customer_id": "refunded", "billed_revenue": "-1"},
            {"day": DAY - timedelta(1), "customer_id": "free", "billed_revenue": "70"},
        ),
    )
    build(workbench)

    assert workbench.execute(
        """select customer_id, requests, cost_usd, revenue_usd, margin_usd, margin_pct
           from marts.cost_per_customer where day = ?""",
        [DAY],
    ).fetchall() == [
        ("free", 1, Decimal(1), None, None, None),
        ("idle", 0, Decimal(0), Decimal(8), Decimal(8), Decimal(100)),
        ("refunded", 1, Decimal("0.5"), Decimal(-1), Decimal("-1.5"), None),
        ("under water", 1, Decimal(3), Decimal(2), Decimal(-1), Decimal(-50)),
    ]


def test_margin_pct_beyond_its_type_is_unknown_and_stops_nothing(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "90000000", customer_id="acme"),
        revenue=({"day": DAY, "customer_id": "acme", "billed_revenue": "0.000000000001"},),
    )
    build(workbench)

    assert workbench.execute("select margin_pct from marts.cost_per_customer").fetchall() == [
        (None,)
    ]
