"""Anthropic cost reports: cents and dollars read exactly, classes, hostile values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.provider_reports import COSTS_CSV, anthropic_page, charge, core
from tests.sql.staging_by_hand import reasons
from unitcost_models.raw_provider import RawAnthropicCost

Con = duckdb.DuckDBPyConnection


def costs(con: Con, *records: Any) -> list[dict[str, Any]]:
    return core(con, "core.provider_costs", (RawAnthropicCost, list(records)))


@pytest.mark.parametrize(
    ("cents", "dollars"),
    [
        ("123.78912", "1.2378912"),
        ("0.0000000001", "0.000000000001"),
        ("0.00000000005", "0"),
        ("0.00000000015", "0.000000000002"),
        ("-50", "-0.5"),
        ("99999999999.99", "999999999.9999"),
    ],
)
def test_golden_vector_g16_the_api_states_cents(workbench: Con, cents: str, dollars: str) -> None:
    (row,) = costs(workbench, anthropic_page(charge(cents)))
    assert row["billed_cost_usd"] == Decimal(dollars)
    assert (row["amount_text"], row["amount_unit"]) == (cents, "cents_text")


def test_another_currency_is_kept_as_billed(workbench: Con) -> None:
    (row,) = costs(workbench, anthropic_page(charge("123.78912", currency="EUR")))
    assert (row["billed_cost"], row["billed_cost_usd"]) == (Decimal("1.2378912"), None)
    assert (row["currency"], row["charge_category"]) == ("eur", "usage")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"description": "Promotional credit"}, ("unparsed", "credit")),
        ({}, ("not_split", "usage")),
    ],
)
def test_a_line_in_words_is_no_unsplit_total(
    workbench: Con, columns: dict[str, Any], expected: tuple[str, str]
) -> None:
    (row,) = costs(workbench, anthropic_page(charge("-50", **columns)))
    assert (row["cost_type"], row["charge_category"]) == expected


def test_the_console_states_dollars(workbench: Con) -> None:
    (row,) = costs(workbench, COSTS_CSV | {"list_price_usd": "0.20", "api_key_id": "key_1"})
    assert (row["billed_cost_usd"], row["list_cost_usd"]) == (Decimal("0.10"), Decimal("0.20"))
    assert (row["amount_unit"], row["currency"]) == ("dollars_2dp", "usd")
    assert (row["raw_model"], row["api_key_id"], row["is_batch"]) == (
        "Claude Opus 5",
        "key_1",
        False,
    )
    (old,) = costs(workbench, COSTS_CSV)
    assert (old["list_cost_usd"], old["api_key_id"]) == (None, None)


@pytest.mark.parametrize(
    ("token_type", "token_class"),
    [
        ("uncached_input_tokens", "input_tokens"),
        ("input_no_cache", "input_tokens"),
        ("cache_creation.ephemeral_1h_input_tokens", "cache_write_1h_tokens"),
        ("input_cache_write_5m", "cache_write_5m_tokens"),
        ("cache_read_input_tokens", "cache_read_tokens"),
        ("output", "output_tokens"),
        ("dream_tokens", None),
    ],
)
def test_token_types_of_both_forms(
    workbench: Con, token_type: str, token_class: str | None
) -> None:
    (row,) = costs(workbench, anthropic_page(charge(token_type=token_type)))
    assert (row["token_class"], row["cost_type"]) == (token_class, "tokens")


def test_a_report_that_is_not_split_says_so(workbench: Con) -> None:
    (row,) = costs(workbench, anthropic_page(charge()))
    assert (row["cost_type"], row["token_class"]) == ("not_split", None)
    (row,) = costs(workbench, anthropic_page(charge(cost_type="telepathy", description="d")))
    assert (row["cost_type"], row["line_item"]) == ("telepathy", "d")


def test_rounded_rows_of_a_console_file_are_all_kept(workbench: Con) -> None:
    rows = costs(workbench, *[COSTS_CSV | {"cost_usd": "0.00"}] * 3)
    assert len({r["record_id"] for r in rows}) == 3


def test_what_is_no_currency_is_refused(workbench: Con) -> None:
    (reason,) = reasons(workbench, "anthropic_costs", anthropic_page(charge(currency="US$")))
    assert reason.startswith("currency us$ is no ISO code")


def test_another_currency_is_no_dollar(workbench: Con) -> None:
    (row,) = costs(workbench, anthropic_page(charge(currency="EUR")))
    assert (row["billed_cost_usd"], row["currency"]) == (None, "eur")


@pytest.mark.parametrize("amount", ["NaN", "1e400", "a lot", None, [1], {"value": 1}, True])
def test_what_is_no_money_is_refused(workbench: Con, amount: Any) -> None:
    (reason,) = reasons(workbench, "anthropic_costs", anthropic_page(charge(amount)))
    assert "no amount" in reason
