"""Public catalogues in the book's words: exact numbers, every key mapped or given a reason."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.catalogue_texts import GENAI, TEXTS
from unitcost.errors import UsageError
from unitcost.price_review.catalogues import READERS, reading
from unitcost.price_review.catalogues.quotes import Quote, Unmapped


def _items(source: str, text: str | None = None) -> list[Quote | Unmapped]:
    return list(READERS[source](reading.parsed((text or TEXTS[source]).encode(), "x")))


def _prices(source: str) -> dict[tuple[Any, ...], Decimal]:
    return {
        (q.spelling, q.service_tier, q.meter, q.ctx_gt, q.per): q.unit_price
        for q in _items(source)
        if isinstance(q, Quote) and q.valid_from is None
    }


def _reasons(source: str) -> dict[tuple[str, str], str]:
    return {(u.spelling, u.key): u.reason for u in _items(source) if isinstance(u, Unmapped)}


def test_litellm_keys_become_meters_tiers_and_context_bands() -> None:
    found = _prices("litellm")
    assert found == {
        ("gpt-6-astra", "standard", "input", None, 10**6): Decimal(10),
        ("gpt-6-astra", "flex", "input", None, 10**6): Decimal(5),
        ("gpt-6-astra", "priority", "input", 272_000, 10**6): Decimal(20),
        ("gpt-6-astra", "standard", "cache_write", None, 10**6): Decimal("12.5"),
        ("gpt-6-astra", "standard", "cache_write_12h", 272_000, 10**6): Decimal(25),
        ("gpt-6-astra", "standard", "output", None, 10**6): Decimal(30),
        ("gpt-6-astra", "ultrafast", "output", None, 10**6): Decimal(300),
        ("gpt-6-astra", "standard", "web_search_call", None, 1000): Decimal(10),
        ("deepseek-flash", "standard", "input", None, 10**6): Decimal("0.3"),
        ("gemini-2.5-pro", "standard", "grounding", None, 1000): Decimal(35),
        ("rerank-v3.5", "standard", "search_unit", None, 1000): Decimal(2),
        ("mistral/mistral-ocr-4-1", "standard", "page", None, 1000): Decimal(4),
    }


def test_what_litellm_states_and_the_book_cannot_say_is_listed() -> None:
    assert _reasons("litellm") == {
        ("gpt-6-astra", "regional_processing_uplift_multiplier_eu"): "a factor, not a price",
        ("gpt-4o-search-preview", "search_context_cost_per_query"): (
            "goes by the size of the search context"
        ),
        ("deepseek-flash", "off_peak_pricing"): "goes by the time of day",
        ("gemini-2.5-pro", "search_free_requests"): "an allowance, not a price",
        ("rerank-v3.5", "input_cost_per_token"): (
            "a price of 0 may mean free, unknown or included"
        ),
        ("ft:gpt-4o", "input_cost_per_token"): "price of a fine-tuned model",
        ("bedrock/us-gov-west-1/anthropic.claude-3", "input_cost_per_token"): (
            "price of a single region or commitment"
        ),
        ("sora-2", "output_cost_per_video_per_second"): (
            "no meter for output_cost_per_video_per_second"
        ),
    }


def test_genai_prices_are_dated_and_variants_are_tiers() -> None:
    luna = [q for q in _items("genai-prices") if isinstance(q, Quote) and "luna" in q.spelling]
    cut, rise = date(2026, 7, 30), date(2027, 1, 1)
    assert [(q.service_tier, q.ctx_gt, q.valid_from, q.valid_to, q.unit_price) for q in luna] == [
        ("standard", None, None, cut, Decimal(1)),
        ("standard", 272_000, None, cut, Decimal(2)),
        ("standard", None, cut, None, Decimal("0.2")),
        ("batch", None, None, rise, Decimal("0.1")),
        ("batch", None, rise, None, Decimal("0.15")),
    ]
    assert _reasons("genai-prices") == {
        ("gpt-5.6-luna", "prices[2]"): "goes by the time of day",
        ("gpt-5.6-luna", "price_variants[3]"): "no tier for {'route': 'eu'}",
        ("anthropic.claude-opus-5", "prices.requests_kcount"): "no meter for requests_kcount",
    }


def test_genai_prices_names_platforms() -> None:
    named = {
        (q.provider_name, q.spelling, q.meter)
        for q in _items("genai-prices")
        if isinstance(q, Quote)
    }
    assert ("bedrock", "anthropic.claude-opus-5", "cache_write_1h") in named
    assert ("gemini", "gemini-3.5-flash", "grounding") in named
    assert ("vertex_ai", "claude-opus-5", "web_search_call") in named


def test_the_feed_may_be_an_object_that_holds_the_providers() -> None:
    inside = f'{{"units": {{}}, "providers": {GENAI}}}'
    assert _items("genai-prices", inside) == _items("genai-prices")


def test_openrouter_overrides_are_bands_and_marketplace_variants_are_none() -> None:
    assert _prices("openrouter") == {
        ("anthropic/claude-opus-5", "standard", "input", None, 10**6): Decimal(5),
        ("anthropic/claude-opus-5", "standard", "output", None, 10**6): Decimal(25),
        ("anthropic/claude-opus-5", "standard", "cache_write_1h", None, 10**6): Decimal(10),
        ("anthropic/claude-opus-5", "standard", "web_search_call", None, 1000): Decimal(10),
        ("google/gemini-3.1-pro-preview", "standard", "input", None, 10**6): Decimal(2),
        ("google/gemini-3.1-pro-preview", "standard", "grounding", None, 1000): Decimal(14),
        ("google/gemini-3.1-pro-preview", "standard", "input", 200_000, 10**6): Decimal(4),
    }
    assert _reasons("openrouter") == {
        ("anthropic/claude-opus-5", "pricing.request"): "no meter for request",
        ("google/gemini-3.1-pro-preview", "pricing.image_output"): "no meter for image_output",
        ("google/gemini-3.1-pro-preview", "pricing.overrides[1]"): "goes by the time of day",
        ("google/gemini-3.1-pro-preview", "pricing.overrides[2]"): "its condition is not known",
        ("openai/gpt-5:free", "pricing"): "variant free of the marketplace",
        ("openai/gpt-5", "pricing"): "discounted",
        ("~google/gemini-pro-latest", "pricing"): "a router or moving alias, not a model",
        ("openrouter/auto", "pricing"): "a router or moving alias, not a model",
    }


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("-1e-6", "is no price"),
        ("1e400", "is no price"),
        ("1e-400", "is no price"),
        ("1e12", "out of any price's range"),
        ("0.00000000000012345", "out of any price's range"),
        ("0.0005666666666666667", "more than 12 decimals"),
        ('"3 dollars"', "is no price"),
        ('"NaN"', "is no price"),
        ('"Infinity"', "is no price"),
        ("true", "is no price"),
        ("null", "is no price"),
        ("[1]", "is no price"),
        ('{"a": 1}', "is no price"),
    ],
)
def test_what_is_no_price_is_refused(number: str, said: str) -> None:
    text = f'{{"m": {{"litellm_provider": "openai", "input_cost_per_token": {number}}}}}'
    (item,) = _items("litellm", text)
    assert isinstance(item, Unmapped)
    assert said in item.reason


@pytest.mark.parametrize("name", ["", "=cmd()", "a,b", "a b", "x" * 200, "a\n"])
def test_what_is_no_model_id_is_refused(name: str) -> None:
    document = {name: {"litellm_provider": "openai", "input_cost_per_token": 1e-6}}
    (item,) = _items("litellm", json.dumps(document))
    assert item == Unmapped(name, "input_cost_per_token", "no model id")


@given(st.integers(1, 10**12))
def test_a_number_is_taken_exactly_as_written(units: int) -> None:
    price = Decimal(units).scaleb(-12)
    for text in (f"{price:f}", f"{price:e}", f'"{price:f}"'):
        (quote,) = _items("litellm", f'{{"m": {{"input_cost_per_token": {text}}}}}')
        assert isinstance(quote, Quote)
        assert quote.unit_price == price * 10**6


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "data", "models", "providers", "pricing", "prices", "price_variants", "when",
             "overrides", "constraint", "start_date", "base", "tiers", "start", "price",
             "input_mtok", "prompt", "min_prompt_tokens", "input_cost_per_token", "discount"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.parametrize("source", sorted(READERS))
@given(document=_JSON)
def test_any_document_is_read_or_refused(source: str, document: Any) -> None:
    try:
        items = _items(source, json.dumps(document, allow_nan=True))
    except (ValueError, UsageError):
        return
    assert all(isinstance(item, Quote | Unmapped) for item in items)
