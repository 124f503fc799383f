"""Commitments, allowances, minimum charges and currencies on the shipped book, by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import given as tables
from tests.given import rows_of
from tests.price_books import write_part
from tests.sql.priced import price_one, request
from unitcost.price_book.book import PriceBook
from unitcost.price_book.errors import PriceBookError
from unitcost.price_book.rows import csv_columns
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench, run_steps
from unitcost_models.agreements import AccountAllowance, Allowance, AllowanceBefore, Commitment
from unitcost_models.base import Row
from unitcost_models.credits import Credit
from unitcost_models.prices import Price
from unitcost_models.requests import Request

DAY = date(2026, 10, 20)
_FILES: dict[str, type[Row]] = {
    "commitments.csv": Commitment,
    "allowances.csv": Allowance,
    "account_allowances.csv": AccountAllowance,
    "credits.csv": Credit,
}
_PTU = {
    "commitment_id": "ptu",
    "account_id": "*",
    "provider": "openai",
    "platform": "azure",
    "region_scope": "*",
    "model_key": "*",
    "service_tier": "provisioned",
    "kind": "provisioned_throughput",
    "unit_price": "1",
    "currency": "USD",
    "period": "hour",
    "units": "10",
    "valid_from": "2026-01-01T00:00:00Z",
    "recorded_on": "2026-01-01",
    "source": "order 1",
}
_CREDIT = {
    "credit_id": "grant",
    "provider": "openai",
    "platform": "*",
    "account_id": "org-1",
    "amount_usd": "100",
    "valid_from": "2026-10-01T00:00:00Z",
    "recorded_on": "2026-10-01",
    "source": "mail",
}
_FREE = {
    "allowance_id": "two-a-day",
    "provider": "openai",
    "platform": "direct",
    "model_key": "*",
    "meters": "web_search_call file_search_call",
    "quantity": "2",
    "period": "day",
    "time_zone": "UTC",
    "recorded_on": "2026-01-01",
    "source": "made up",
}
_HELD = {"account_id": "org-1", "allowance_id": "two-a-day", "recorded_on": "2026-01-01"}


@contextmanager
def opened(
    folder: Path, files: dict[str, list[dict[str, str]]], **book: Any
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench with a part of the shipped book and these lines of the user's own files."""
    for name, lines in files.items():
        names = csv_columns(_FILES[name])
        text = [",".join(names), *(",".join(x.get(n, "") for n in names) for x in lines)]
        (folder / name).write_text("\n".join(text) + "\n", encoding="utf-8")
    shipped = write_part(folder.with_name(f"{folder.name} shipped"))
    with open_workbench() as con:
        load_price_book(con, PriceBook(shipped, own=folder, **book))
        tables.given(con, AllowanceBefore)
        yield con


def build(
    con: duckdb.DuckDBPyConnection, table: str, *requests: dict[str, Any], day: date = DAY
) -> list[dict[str, Any]]:
    """The rows of a core table for these requests."""
    tables.given(con, Request, *requests)
    run_steps(con, [table], day)
    return rows_of(con, f"select * from {table} order by all")


def _served(name: str, **values: Any) -> dict[str, Any]:
    values = {"prompt_tokens": values.get("input_tokens"), "completion_tokens": 0} | values
    return request(request_id=name, platform="azure", service_tier="provisioned", **values)


def test_what_a_commitment_covers_bears_its_share_of_it(tmp_path: Path) -> None:
    served = (_served("a", input_tokens=1_000_000), _served("b", input_tokens=2_000_000))
    with opened(tmp_path, {"commitments.csv": [_PTU]}) as con:
        rows = build(con, "core.request_costs", *served)
        (use,) = build(con, "core.commitment_use", *served)
    assert [row["cost_usd"] for row in rows] == [Decimal(80), Decimal(160)]
    assert [row["commitment_cost_usd"] for row in rows] == [Decimal(80), Decimal(160)]
    assert [row["list_cost_usd"] for row in rows] == [Decimal("1.25"), Decimal("2.5")]
    assert {row["cost_basis"] for row in rows} == {"allocated"}
    assert (use["cost_usd"], use["unused_cost_usd"], use["requests"]) == (Decimal(240), 0, 2)
    assert use["utilization_pct"] is None


def test_capacity_that_nobody_used_is_a_line_of_its_own(tmp_path: Path) -> None:
    told = _PTU | {"capacity_tokens_per_minute": "10000"}
    with opened(tmp_path, {"commitments.csv": [told]}) as con:
        (use,) = build(con, "core.commitment_use", _served("a", input_tokens=3_600_000))
        (cost,) = rows_of(con, "select * from steps.commitment_shares")
        (idle,) = build(con, "core.commitment_use")
    assert (use["used_cost_usd"], use["unused_cost_usd"]) == (Decimal(60), Decimal(180))
    assert use["utilization_pct"] == 25
    assert cost["commitment_cost_usd"] == 60
    assert (idle["used_cost_usd"], idle["unused_cost_usd"]) == (0, Decimal(240))


def test_others_are_not_covered_and_a_fee_comes_on_top(tmp_path: Path) -> None:
    with opened(tmp_path, {"commitments.csv": [_PTU | {"model_key": "gpt-5"}]}) as con:
        covered, other, plain = build(
            con,
            "core.request_costs",
            _served("a", input_tokens=10),
            _served("b", model="gpt-5-mini", input_tokens=10),
            request(request_id="c", platform="azure", input_tokens=1_000_000),
        )
    assert covered["cost_usd"] == 240
    assert other["unpriced_reason"] == "no_price_for_scope"
    assert (plain["cost_usd"], plain["cost_basis"]) == (Decimal("1.25"), "metered_list")


def test_a_request_with_a_fee_that_has_no_price_bears_nothing(tmp_path: Path) -> None:
    served = (_served("a", input_tokens=1), _served("b", input_tokens=9, grounding_queries=1))
    with opened(tmp_path, {"commitments.csv": [_PTU]}) as con:
        bearing, unknown = build(con, "core.request_costs", *served)
        (use,) = build(con, "core.commitment_use", *served)
        (alone,) = build(con, "core.commitment_use", served[1])
    assert bearing["cost_usd"] == use["used_cost_usd"] == 240
    assert unknown["commitment_cost_usd"] is None
    assert unknown["unpriced_reason"] == "no_price_for_meter:grounding_query"
    assert (alone["used_cost_usd"], alone["unused_cost_usd"]) == (0, 240)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    weights=st.lists(st.integers(0, 10**7), min_size=1, max_size=7),
    price=st.integers(1, 10**9).map(lambda n: str(Decimal(n) / 10**6)),
    model=st.sampled_from(["gpt-5", "no-such-model"]),
)
def test_shares_add_up_to_the_last_digit_whatever_the_weights(
    tmp_path: Path, weights: list[int], price: str, model: str
) -> None:
    served = [_served(str(n), model=model, input_tokens=w) for n, w in enumerate(weights)]
    with opened(
        tmp_path, {"commitments.csv": [_PTU | {"unit_price": f"{Decimal(price):f}"}]}
    ) as con:
        rows = build(con, "core.request_costs", *served)
    assert sum(row["commitment_cost_usd"] for row in rows) == Decimal(price) * 240


@pytest.mark.parametrize("month", [2, 10])
def test_the_days_of_a_month_add_up_to_its_price(tmp_path: Path, month: int) -> None:
    monthly = _PTU | {"period": "month", "unit_price": "1000.01", "units": "1"}
    first, total, costs = date(2026, month, 1), Decimal(0), set()
    with opened(tmp_path, {"commitments.csv": [monthly]}) as con:
        day = first
        while day.month == month:
            (use,) = build(con, "core.commitment_use", day=day)
            total, day = total + use["cost_usd"], day + timedelta(1)
            costs.add(use["cost_usd"])
    assert total == Decimal("1000.01")
    assert max(costs) - min(costs) <= Decimal("0.000000000001")


def test_a_part_of_a_day_is_paid_by_the_hour(tmp_path: Path) -> None:
    late = _PTU | {"valid_from": "2026-10-20T18:00:00Z"}
    with opened(tmp_path, {"commitments.csv": [late]}) as con:
        (use,) = build(con, "core.commitment_use")
        assert use["cost_usd"] == 60
        assert build(con, "core.commitment_use", day=DAY - timedelta(1)) == []


def _searches(name: str, hour: int, count: int, **values: Any) -> dict[str, Any]:
    at = datetime(2026, 10, 20, hour)
    return request(
        request_id=name, account_id="org-1", started_at=at, web_search_calls=count, **values
    )


_ALLOWED = {"allowances.csv": [_FREE], "account_allowances.csv": [_HELD]}


def test_what_comes_first_is_free_in_any_order_of_delivery(tmp_path: Path) -> None:
    searches = [
        _searches("late", 20, 5),
        _searches("first", 1, 1),
        _searches("second", 2, 3),
        _searches("theirs", 1, 1) | {"account_id": "org-2"},
        _searches("failed", 0, 2) | {"billed_state": "not_billed"},
    ]
    with opened(tmp_path, _ALLOWED) as con:
        rows = build(con, "core.request_costs", *searches)
        assert build(con, "core.request_costs", *searches[::-1]) == rows
        (use,) = build(con, "core.allowance_use", *searches)
    costs = {row["request_id"]: row["cost_usd"] for row in rows}
    assert costs == {
        "first": 0,
        "second": Decimal("0.02"),
        "late": Decimal("0.05"),
        "theirs": Decimal("0.01"),
        "failed": 0,
    }
    first = next(row for row in rows if row["request_id"] == "first")
    assert (first["list_cost_usd"], first["cost_basis"]) == (Decimal("0.01"), "metered_contract")
    assert (use["quantity"], use["free_quantity"], use["allowed_quantity"]) == (9, 2, 2)


def test_meters_share_a_pool_and_earlier_days_have_drawn_on_it(tmp_path: Path) -> None:
    monthly = _FREE | {"period": "month", "quantity": "10", "time_zone": "America/Los_Angeles"}
    before = {
        "account_id": "org-1",
        "allowance_id": "two-a-day",
        "period_start": date(2026, 10, 1),
        "quantity": Decimal(7),
    }
    with opened(tmp_path, _ALLOWED | {"allowances.csv": [monthly]}) as con:
        tables.given(con, AllowanceBefore, before)
        (row,) = build(con, "core.request_costs", _searches("a", 9, 2, file_search_calls=2))
    # Four are wanted, three are left: both file searches (2.50 a thousand) and one web search.
    assert row["cost_usd"] == Decimal("0.01")
    assert row["list_cost_usd"] == Decimal("0.025")


def _documented(folder: Path) -> None:
    """The example of docs/prices.md as the user's file."""
    page = (Path(__file__).parents[2] / "docs/prices.md").read_text(encoding="utf-8")
    example = page.split("```csv\n", 1)[1].split("```", 1)[0]
    (folder / "account_allowances.csv").write_text(example, encoding="utf-8")


def test_a_documented_allowance_counts_for_the_accounts_that_hold_it(tmp_path: Path) -> None:
    _documented(tmp_path)
    before = {
        "account_id": "org-1",
        "allowance_id": "anthropic-container-hours",
        "period_start": date(2026, 10, 1),
        "quantity": Decimal(1549 * 60),
    }
    ran = {"provider": "anthropic", "model": "claude-opus-5", "container_minutes": 90}
    with opened(tmp_path, {}) as con:
        tables.given(con, AllowanceBefore, before)
        rows = build(
            con,
            "core.request_costs",
            request(request_id="mine", account_id="org-1", **ran),
            request(request_id="theirs", account_id="org-2", **ran),
        )
    costs = {row["request_id"]: row["cost_usd"] for row in rows}
    # Of 90 minutes at 0.05 an hour the last free hour takes 60.
    assert costs == {"mine": Decimal("0.025"), "theirs": Decimal("0.075")}


@pytest.mark.parametrize(
    ("allowance_id", "values", "allowed"),
    [
        ("google-ai-studio-grounding-2.5", {"model": "gemini-2.5-pro"}, 1500),
        ("google-vertex-grounding-2.5", {"model": "gemini-2.5-flash", "platform": "vertex"}, 1500),
        ("google-ai-studio-grounding-3", {"model": "gemini-3.5-flash"}, 5000),
        ("google-vertex-grounding-3", {"model": "gemini-3.8-flash", "platform": "vertex"}, 5000),
    ],
)
def test_grounding_is_free_up_to_the_documented_number(
    tmp_path: Path, allowance_id: str, values: dict[str, Any], allowed: int
) -> None:
    column, price = (
        ("grounding_prompts", Decimal("0.035"))
        if allowed == 1500
        else ("grounding_queries", Decimal("0.014"))
    )
    asked = {"provider": "google", "platform": "ai_studio", "region_scope": "global"} | values
    held = _HELD | {"allowance_id": allowance_id}
    with opened(tmp_path, {"account_allowances.csv": [held]}) as con:
        for used, paid in ((allowed, 0), (allowed + 3, 3 * price)):
            row = price_one(con, account_id="org-1", **asked, **{column: used})
            assert (row["unpriced_reason"], row["cost_usd"]) == (None, paid)
            assert row["list_cost_usd"] == used * price


def test_a_period_begins_by_the_providers_clock(tmp_path: Path) -> None:
    pacific = _FREE | {"quantity": "1", "time_zone": "America/Los_Angeles"}
    with opened(tmp_path, _ALLOWED | {"allowances.csv": [pacific]}) as con:
        rows = build(
            con, "core.request_costs", *(_searches(str(hour), hour, 1) for hour in (5, 6, 7, 8))
        )
    assert [row["cost_usd"] for row in rows] == [0, Decimal("0.01"), 0, Decimal("0.01")]


@pytest.mark.parametrize(
    ("values", "cost"),
    [
        ({"container_minutes": 1}, "0.0075"),
        ({"container_minutes": Decimal("7.5")}, "0.01125"),
        ({"container_minutes": 20, "container_size": "1gb"}, "0.03"),
        ({"container_minutes": 20, "container_size": "4gb"}, "0.12"),
        ({"container_minutes": 2, "container_size": "64gb"}, "0.48"),
        ({"container_minutes": 0}, "0"),
        (
            {"provider": "anthropic", "model": "claude-opus-5", "container_minutes": 3},
            "0.004166666667",
        ),
    ],
)
def test_containers_are_billed_by_size_and_for_five_minutes_at_least(
    tmp_path: Path, values: dict[str, Any], cost: str
) -> None:
    with opened(tmp_path, {}) as con:
        assert price_one(con, **values)["cost_usd"] == Decimal(cost)


_YUAN = {
    "price_id": "yuan",
    "provider": "deepseek",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "deepseek-v4-pro",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "12",
    "currency": "CNY",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-11-22",
    "change_kind": "new",
    "sources": "page",
    "confirmation": "single",
}


def test_a_list_in_another_currency_is_converted_at_the_days_rate(tmp_path: Path) -> None:
    names = csv_columns(Price)
    (tmp_path / "deepseek").mkdir()
    line = ",".join(_YUAN.get(name, "") for name in names)
    (tmp_path / "deepseek" / "direct.csv").write_text(f"{','.join(names)}\n{line}\n")
    (tmp_path / "fx.csv").write_text(
        "day,currency,usd_per_unit,source,recorded_on\n2026-06-01,CNY,0.140712345678,bank,2026-06-02\n"
    )
    asked = {"provider": "deepseek", "model": "deepseek-v4-pro", "input_tokens": 999_999}
    with opened(tmp_path, {}, currencies={"deepseek": "CNY"}) as con:
        told = price_one(con, started_at=datetime(2026, 6, 1, 23, 59), **asked)
        untold = price_one(con, started_at=datetime(2026, 6, 2), **asked)
    assert told["cost_usd"] == round(Decimal("11.999988") * Decimal("0.140712345678"), 12)
    assert told["cost_usd"] == told["list_cost_usd"] == told["input_cost_usd"]
    assert (untold["cost_usd"], untold["unpriced_reason"]) == (None, "no_exchange_rate")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"account_allowances.csv": [_HELD]}, "there is no allowance two-a-day"),
        ({"allowances.csv": [_FREE | {"meters": "input"}]}, "meter input is not one that"),
        ({"allowances.csv": [_FREE | {"time_zone": "Mars"}]}, "time_zone Mars is not known"),
        ({"commitments.csv": [_PTU, _PTU]}, "commitment_id ptu is used by another row"),
        ({"commitments.csv": [_PTU | {"model_key": "gpt"}]}, "model_key gpt is not in"),
        ({"commitments.csv": [_PTU | {"units": "0"}]}, "units"),
        ({"credits.csv": [_CREDIT, _CREDIT]}, "credit_id grant is used by another row"),
        ({"credits.csv": [_CREDIT | {"provider": "acme"}]}, "provider acme is not in"),
        ({"credits.csv": [_CREDIT | {"amount_usd": "-1"}]}, "credits.csv:2: amount_usd"),
        (
            _ALLOWED
            | {
                "allowances.csv": [_FREE, _FREE | {"allowance_id": "more"}],
                "account_allowances.csv": [_HELD, _HELD | {"allowance_id": "more"}],
            },
            "an account may hold one of them",
        ),
    ],
)
def test_an_agreement_that_cannot_be_meant_is_refused(
    tmp_path: Path, files: dict[str, list[dict[str, str]]], said: str
) -> None:
    with pytest.raises(PriceBookError) as refused, opened(tmp_path, files):
        pass
    assert any(said in problem for problem in refused.value.problems)
