"""The whole way, from vendors' files to marts, against what truly happened in the demo's month."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import duckdb
import pytest

from tests.pipeline.answers import one, pairs
from unitcost.demo import Truth
from unitcost.demo.run import Usage

MARTS_WITH_COST = (
    "cost_per_workflow",
    "cost_per_feature",
    "cost_per_customer",
    "cost_per_successful_task",
    "workflow_runs",
    "cost_per_model",
)


def test_every_request_is_counted_once(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    assert one(warehouse, "select count(*) from core.requests") == truth.requests
    by_feature = "select feature, count(*) from core.requests group by feature"
    assert pairs(warehouse, by_feature) == truth.requests_by_feature


def test_every_request_ends_as_it_ended(warehouse: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    expected = Counter(truth.by_status)
    expected["error"] = expected.pop("rate_limited") + expected.pop("server_error")
    assert (
        pairs(warehouse, "select status, count(*) from core.requests group by status") == expected
    )


def test_every_billed_token_is_in_its_class(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    rows = warehouse.execute(
        """
        select
            provider, coalesce(model, request_model), service_tier,
            coalesce(sum(input_tokens), 0), coalesce(sum(cache_read_tokens), 0),
            coalesce(sum(cache_write_5m_tokens), 0), coalesce(sum(output_tokens), 0),
            coalesce(sum(reasoning_tokens), 0), coalesce(sum(search_units), 0)
        from core.requests
        where billed_state = 'billed'
        group by all
        """
    ).fetchall()
    assert {row[:3]: Usage(*row[3:]) for row in rows} == truth.tokens


@pytest.mark.parametrize("mart", MARTS_WITH_COST)
def test_every_day_costs_what_it_truly_cost(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth, mart: str
) -> None:
    by_day = f"select day, sum(cost_usd) from marts.{mart} where requests > 0 group by day"
    assert pairs(warehouse, by_day) == truth.cost_by_day


def test_every_feature_and_customer_costs_what_it_truly_cost(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    by_feature = "select feature, sum(cost_usd) from marts.cost_per_feature group by feature"
    assert pairs(warehouse, by_feature) == truth.cost_by_feature
    by_customer = """
        select nullif(customer_id, '(unattributed)'), sum(cost_usd)
        from marts.cost_per_customer group by customer_id having sum(requests) > 0
    """
    assert pairs(warehouse, by_customer) == truth.cost_by_customer


def test_what_cannot_be_priced_is_counted_with_its_reason(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    unpriced = """
        select unpriced_reason, count(*)
        from core.request_costs where cost_usd is null group by unpriced_reason
    """
    assert pairs(warehouse, unpriced) == truth.unpriced


def test_every_task_ends_as_it_was_stated(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    rows = warehouse.execute(
        """
        select task_type, outcome, count(*) from core.tasks where day = started_on group by all
        """
    ).fetchall()
    assert {(kind, outcome): count for kind, outcome, count in rows} == truth.tasks


def test_what_usage_was_lost_cost_something_between_its_bounds(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    lower, upper, unbounded = warehouse.execute(
        """select sum(waste_lower_bound_usd), sum(waste_upper_bound_usd), sum(unbounded_requests)
           from marts.failure_waste where billed_state = 'unknown'"""
    ).fetchall()[0]
    assert (lower, unbounded) == (0, 0)
    assert truth.unseen_usd <= upper < truth.unseen_usd * 5


def test_stated_costs_equal_the_metered_ones_by_list(warehouse: duckdb.DuckDBPyConnection) -> None:
    differing = """
        select count(*) from marts.cost_per_request
        where reported_cost_usd is not null and billed_state = 'billed'
            and reported_cost_usd <> list_cost_usd
    """
    assert one(warehouse, differing) == 0


def test_providers_report_what_the_logs_saw_and_a_little_more(
    warehouse: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    reported = one(
        warehouse, "select sum(billed_cost_usd) from core.provider_costs where is_primary"
    )
    metered = one(
        warehouse,
        """
        select sum(cost_usd) from marts.cost_per_request where provider in ('openai', 'anthropic')
        """,
    )
    assert metered < reported < metered * Decimal("1.03")
    assert reported - metered > truth.unseen_usd * Decimal("0.9")
