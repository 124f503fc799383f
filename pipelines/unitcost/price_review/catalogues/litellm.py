"""LiteLLM's `model_prices_and_context_window.json`: dollars per single unit, undated, by key name.

A key is a meter and suffixes for life of a cache write, prompt length and tier, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from unitcost.price_review.catalogues.quotes import MILLION, Quote, Unmapped, quoted

_TOKENS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "cache_read_input_token_cost": "cache_read",
    "input_cost_per_token_cache_hit": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "cache_read_input_image_token_cost": "cache_read_image",
    "output_cost_per_image_token": "output_image",
}
_COUNTED = {
    "input_cost_per_query": ("search_unit", "call", 1000),
    "ocr_cost_per_page": ("page", "unit", 1000),
    "input_cost_per_character": ("character", "unit", MILLION),
    "input_cost_per_second": ("audio_second", "second", 1),
}
_TIERS = {
    "batches": "batch",
    "flex": "flex",
    "priority": "priority",
    "ultrafast": "ultrafast",
}
_LONG = re.compile(r"_above_([0-9]+)k_tokens")
_TIER = re.compile(rf"_({'|'.join(_TIERS)})$")
_MONEY = re.compile(r"cost|price|pricing|multiplier|provider_specific_entry|free_requests")
_SEARCH = "search_context_cost_per_query"


def read(document: Any) -> Iterator[Quote | Unmapped]:
    """Every price of the map.

    Raises:
        ValueError: the document is not a map of models.
    """
    if not isinstance(document, dict):
        message = "not a map of model ids; expected model_prices_and_context_window.json"
        raise ValueError(message)
    for spelling, entry in document.items():
        if spelling != "sample_spec" and isinstance(entry, dict):
            yield from _model(spelling, entry)


def _model(spelling: str, entry: dict[str, Any]) -> Iterator[Quote | Unmapped]:
    refusal = _not_listed(spelling)
    for key, number in entry.items():
        if not _MONEY.search(key):
            continue
        template = _template(spelling, str(entry.get("litellm_provider", "")), key)
        if refusal or template is None:
            yield Unmapped(spelling, key, refusal or _why_not(key))
        elif key == _SEARCH:
            yield _search(template, number)
        else:
            yield quoted(template, number, template.per)


def _not_listed(spelling: str) -> str | None:
    """Why no key of this model is a list price, if so."""
    if spelling.startswith(("ft:", "azure/ft:")):
        return "price of a fine-tuned model"
    if spelling.startswith("bedrock/") and spelling.count("/") > 1:
        return "price of a single region or commitment"
    return None


def _template(spelling: str, provider: str, key: str) -> Quote | None:
    """The quote that a key's name describes, still without price."""
    long = _LONG.search(key)
    tier = _TIER.search(key)
    bare = _TIER.sub("", _LONG.sub("", key))
    meter, unit, per = _COUNTED.get(bare, (_TOKENS.get(bare), "token", MILLION))
    if key == _SEARCH:
        meter, unit, per = "grounding" if _is_google(provider) else "web_search_call", "call", 1000
    if meter is None:
        return None
    return Quote(
        provider_name=provider,
        spelling=spelling,
        key=key,
        meter=meter,
        unit_price=Decimal(0),
        per=per,
        unit=unit,
        service_tier=_TIERS[tier[1]] if tier else "standard",
        ctx_gt=int(long[1]) * 1000 if long else None,
    )


def _is_google(provider: str) -> bool:
    return provider in ("gemini", "vertex_ai", "vertex_ai-language-models")


def _search(template: Quote, sizes: Any) -> Quote | Unmapped:
    """One price a search, where it does not go by the size of the search context."""
    prices = set(sizes.values()) if isinstance(sizes, dict) else set()
    if len(prices) != 1:
        return Unmapped(template.spelling, template.key, "goes by the size of the search context")
    return quoted(template, prices.pop(), template.per)


def _why_not(key: str) -> str:
    if "multiplier" in key or key == "provider_specific_entry":
        return "a factor, not a price"
    if key == "off_peak_pricing":
        return "goes by the time of day"
    if "free" in key:
        return "an allowance, not a price"
    return f"no meter for {_TIER.sub('', _LONG.sub('', key))}"
