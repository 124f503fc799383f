"""The demo's answers: what they compute on given rows, and that they hold on an empty warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given
from unitcost.demo import Answer, answers
from unitcost.workbench import create_empty
from unitcost_models.base import Row
from unitcost_models.marts import CostPerRequest, CostPerSuccessfulTask, FailureWaste
from unitcost_models.provider import ProviderCost
from unitcost_models.spend import CostPerCustomer, CostPerFeature, CostPerPromptVersion

DAY = date(2026, 11, 12)
TABLES: Sequence[type[Row]] = (
    CostPerRequest,
    CostPerSuccessfulTask,
    FailureWaste,
    ProviderCost,
    CostPerCustomer,
    CostPerFeature,
    CostPerPromptVersion,
)


@pytest.fixture
def warehouse(workbench: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    for row in TABLES:
        create_empty(workbench, row)
    return workbench


def answer_with(con: duckdb.DuckDBPyConnection, column: str) -> Answer:
    return next(answer for answer in answers(con) if column in answer.columns)


def rows(answer: Answer) -> list[dict[str, Any]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def test_an_empty_warehouse_answers_with_empty_tables(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = answers(warehouse)
    assert len(found) == 10
    assert all(answer.rows == () for answer in found)
    assert all(answer.note and answer.question.endswith("?") for answer in found)


def test_no_money_is_a_float(warehouse: duckdb.DuckDBPyConnection) -> None:
    for answer in answers(warehouse):
        types = warehouse.sql(answer.sql).types
        money = [c for c in answer.columns if c.endswith(("_usd", "_pct"))]
        assert all("DECIMAL" in str(types[answer.columns.index(column)]) for column in money)


def test_unit_costs_keep_six_digits_and_money_cents(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for name, feature in (("r1", "search"), ("r2", "search"), ("r3", "search")):
        cost = None if name == "r3" else Decimal("0.0123456789")
        given_request(warehouse, name, feature, cost)
    answer = rows(answer_with(warehouse, "cost_per_request_usd"))
    assert answer == [
        {
            "task_type": "search",
            "requests": 3,
            "cost_usd": Decimal("0.02"),
            "cost_per_request_usd": Decimal("0.012346"),
            "unpriced_requests": 1,
        }
    ]


def given_request(
    con: duckdb.DuckDBPyConnection, name: str, task_type: str, cost: Decimal | None
) -> None:
    con.execute(
        "insert into marts.cost_per_request (request_id, day, task_type, provider, cost_usd) "
        "values (?, ?, ?, 'openai', ?)",
        [name, DAY, task_type, cost],
    )


def test_margin_names_who_pays_less_than_it_costs(warehouse: duckdb.DuckDBPyConnection) -> None:
    given(
        warehouse,
        CostPerCustomer,
        {"day": DAY, "customer_id": "big", "revenue_usd": Decimal(3), "cost_usd": Decimal(5)},
        {"day": DAY, "customer_id": "good", "revenue_usd": Decimal(9), "cost_usd": Decimal(1)},
        {"day": DAY, "customer_id": "(unattributed)", "cost_usd": Decimal(1)},
    )
    margins = [(row["customer_id"], row["margin_usd"]) for row in rows(margin(warehouse))]
    assert margins == [("big", Decimal("-2.00")), ("good", Decimal("8.00"))]


def margin(con: duckdb.DuckDBPyConnection) -> Answer:
    return answer_with(con, "margin_usd")


def test_a_success_costs_what_all_its_tasks_cost(warehouse: duckdb.DuckDBPyConnection) -> None:
    day = {"task_type": "draft", "feature": "reply", "workflow": "drafting", "unpriced_requests": 0}
    first = {"day": DAY, "tasks": 3, "succeeded": 2, "failed": 1, "unknown": 0, **day}
    later = {
        "day": date(2026, 11, 13),
        "tasks": 1,
        "succeeded": 1,
        "failed": 0,
        "unknown": 0,
        **day,
    }
    given(
        warehouse,
        CostPerSuccessfulTask,
        {"cost_usd": Decimal("0.5"), **first},
        {"cost_usd": Decimal("0.5"), **later},
    )
    (answer,) = rows(answer_with(warehouse, "failed"))
    assert answer["cost_per_successful_task_usd"] == Decimal("0.333333")


def test_cost_per_request_of_a_customer_leaves_the_unpriced_out(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given(
        warehouse,
        CostPerCustomer,
        {
            "day": DAY,
            "customer_id": "big",
            "requests": 4,
            "unpriced_requests": 1,
            "cost_usd": Decimal(1),
        },
    )
    found = [answer for answer in answers(warehouse) if answer.columns[0] == "customer_id"]
    assert rows(found[0])[0]["cost_per_request_usd"] == Decimal("0.333333")


def test_only_primary_reports_are_held_against_ours(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    given_request(warehouse, "r1", "search", Decimal(9))
    report = {"day": DAY, "provider": "openai", "billed_cost_usd": Decimal(10)}
    given(
        warehouse,
        ProviderCost,
        {"record_id": "a", "is_primary": True, **report},
        {"record_id": "b", "is_primary": False, **report},
    )
    (answer,) = rows(answer_with(warehouse, "gap_usd"))
    assert answer["gap_usd"] == Decimal("1.00")
    assert answer["gap_pct"] == Decimal("10.0")
