"""OpenAI cost reports: exact amounts, line items, hostile values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.provider_reports import TIMES, core, cost, openai_page, text
from tests.sql.staging_by_hand import parse, reasons
from unitcost_models.raw_provider import RawOpenaiCost

Con = duckdb.DuckDBPyConnection

AMOUNTS = {
    "0.061234567890123456789012345678901234": "0.061234567890",
    "123.4567890123456789": "123.456789012346",
    "12345678901234.5": "12345678901234.5",
    "1e-7": "0.0000001",
    "0.0000000000025": "0.000000000002",
    "0.0000000000035": "0.000000000004",
    "-2.50": "-2.5",
    "0": "0",
}
"""The digits of an amount -> what they are exactly, to the trillionth."""
LINE_ITEMS = {
    "gpt-4o-2024-08-06, input": ("gpt-4o-2024-08-06", "tokens", "input_tokens"),
    "gpt-4o-2024-08-06, cached input": ("gpt-4o-2024-08-06", "tokens", "cache_read_tokens"),
    "gpt-4o-2024-08-06, output": ("gpt-4o-2024-08-06", "tokens", "output_tokens"),
    "gpt-audio-mini-9, text input": ("gpt-audio-mini-9", "tokens", "input_tokens"),
    "gpt-realtime-2.1, audio input": ("gpt-realtime-2.1", "tokens", "input_audio_tokens"),
    "gpt-realtime-2.1, cached audio input": (
        "gpt-realtime-2.1",
        "tokens",
        "cache_read_audio_tokens",
    ),
    "gpt-image-3, image output": ("gpt-image-3", "tokens", "output_image_tokens"),
    "ft-gpt-4o-1:acme::x1, input": ("ft-gpt-4o-1:acme::x1", "tokens", "input_tokens"),
    "evals | gpt-4o-mini-7, input": ("gpt-4o-mini-7", "tokens", "input_tokens"),
    "gpt-6-astra, input_tokens": ("gpt-6-astra", "tokens", "input_tokens"),
    "gpt-6, input_cache_write_30m_tokens": ("gpt-6", "tokens", "cache_write_30m_tokens"),
    "gpt-6, cache write input": ("gpt-6", "tokens", "cache_write_unknown_tokens"),
    "assistants api | file search": (None, "file_search", None),
    "web search tool calls": (None, "web_search", None),
    "code interpreter sessions": (None, "code_execution", None),
    "Image models": (None, "images", None),
    "quantum leaps, sideways": (None, "unparsed", None),
}
"""A line item -> the model, the kind of cost and the class of tokens that it tells."""


def costs(con: Con, *records: Any) -> list[dict[str, Any]]:
    return core(con, "core.provider_costs", (RawOpenaiCost, list(records)))


def test_an_amount_is_read_from_its_digits(workbench: Con) -> None:
    marks = {f"4711{number}": digits for number, digits in enumerate(AMOUNTS)}
    page = text(openai_page(*(cost(f"m{mark}, input", int(mark)) for mark in marks)))
    for mark, digits in marks.items():
        page = page.replace(f'"value": {mark}', f'"value": {digits}')
    lines = [
        TIMES | {"amount_value": d, "amount_currency": "USD", "project_id": f"of {d}"}
        for d in AMOUNTS
    ]
    exact = {digits: Decimal(amount) for digits, amount in AMOUNTS.items()}
    for delivered in ([page], lines):
        rows = costs(workbench, *delivered)
        assert {r["amount_text"]: r["billed_cost_usd"] for r in rows} == exact
        assert len(rows) == len(exact)
    assert {r["amount_unit"] for r in rows} == {"currency_number"}


def test_text_that_looks_like_an_amount_stays_text(workbench: Con) -> None:
    name = 'a "value": 5, b'
    (row,) = costs(workbench, openai_page(cost("m, input", 2, project_name=name)))
    assert (row["workspace_name"], row["billed_cost_usd"]) == (name, Decimal(2))


def test_line_items_are_read_by_a_tolerant_grammar(workbench: Con) -> None:
    rows = costs(workbench, openai_page(*map(cost, LINE_ITEMS)))
    found = {r["line_item"]: (r["raw_model"], r["cost_type"], r["token_class"]) for r in rows}
    assert found == LINE_ITEMS
    assert len(rows) == len(LINE_ITEMS)


@pytest.mark.parametrize("said", ["", None])
def test_a_cost_without_a_line_item_is_not_split(workbench: Con, said: str | None) -> None:
    (row,) = costs(workbench, openai_page(cost(said)))
    assert (row["raw_model"], row["cost_type"]) == (None, "not_split")
    assert (row["token_class"], row["line_item"]) == (None, None)


def test_another_currency_is_no_dollar(workbench: Con) -> None:
    (row,) = costs(workbench, openai_page(cost("m, input", amount={"value": 3, "currency": "eur"})))
    assert (row["billed_cost_usd"], row["currency"], row["amount_text"]) == (None, "eur", "3")


def test_what_is_no_currency_is_refused(workbench: Con) -> None:
    """Else its money would be unknown in any currency, and no rate would ever mend that."""
    words = ("dollars", "US$", "", "u$d", "usdt", None, "美元!")
    pages = [openai_page(cost("m, input", amount={"value": 3, "currency": w})) for w in words]
    found = reasons(workbench, "openai_costs", *map(text, pages))
    assert [reason for reason in found if "is no ISO code" not in (reason or "")] == []
    assert len(found) == len(words)


def test_what_is_no_money_is_refused(workbench: Con) -> None:
    words = ("NaN", "1e400", "null", "true", '"lots"', "[1]", "-Infinity")
    page = text(openai_page(cost("m, input", 4711)))
    found = reasons(workbench, "openai_costs", *(page.replace("4711", word) for word in words))
    assert [reason for reason in found if "no amount" not in (reason or "")] == []
    assert len(found) == len(words)


def test_a_hostile_quantity_does_not_hide_the_money(workbench: Con) -> None:
    (row,) = costs(workbench, openai_page(cost("m, input", 2, quantity=1e300, quantity_unit="new")))
    assert (row["quantity"], row["quantity_unit"]) == (None, "new")


def test_all_generations_of_the_dashboard_load(workbench: Con) -> None:
    first = {"amount_value": "0.5", "amount_currency": "usd", "line_item": "m, input"}
    first |= {"project_id": "p", "organization_id": "o", "organization_name": "O"}
    second = first | {"quantity": "7.0", "quantity_unit": "tokens", "project_name": "P"}
    third = second | {"api_source": "unlabeled", "user_email": "a@b.c"}
    for number, row in enumerate((first, second, third)):
        (found,) = costs(workbench, TIMES | row)
        assert found["billed_cost_usd"] == Decimal("0.5")
        assert (found["quantity"] is None) == (number == 0)


def test_empty_buckets_are_delivered_but_are_no_cost(workbench: Con) -> None:
    parsed = parse(workbench, "openai_costs", openai_page(), TIMES)
    assert [(r["is_empty_bucket"], r["reject_reason"]) for r in parsed] == [(True, None)] * 2
    assert costs(workbench, openai_page(), TIMES) == []


def test_a_credit_makes_a_later_delivery_win(workbench: Con) -> None:
    early = openai_page(cost("m, input", 5))
    late = openai_page(cost("m, input", 5), cost("credit", -2))
    rows = costs(workbench, early, late)
    assert sum(r["billed_cost_usd"] for r in rows if r["is_primary"]) == 3


@pytest.mark.parametrize(
    ("line_item", "amount", "category"),
    [
        ("Promotional grant", -1, "credit"),
        ("Volume discount", -1, "discount"),
        ("Refund of October", -1, "adjustment"),
        ("VAT 19 %", 1, "tax"),
        ("taxonomy files", 1, "usage"),
        ("gpt-4o-2024-08-06, input", 1, "usage"),
        (None, -1, "usage"),
    ],
)
def test_a_charge_without_a_kind_is_told_by_sign_and_words(
    workbench: Con, line_item: str | None, amount: int, category: str
) -> None:
    (found,) = costs(workbench, openai_page(cost(line_item, amount)))
    assert found["charge_category"] == category
