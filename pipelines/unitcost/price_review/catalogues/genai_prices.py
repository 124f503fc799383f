"""pydantic/genai-prices' data.json (a list of providers, or an object holding one): dated prices.

Prices are dollars for the key's own number of units. Of several dated prices the last active holds;
the first is open to the past. Variants are tiers of today; their date is when they were verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from unitcost.price_review.catalogues.quotes import MILLION, Quote, Unmapped, quoted

_METERS = {
    "input_mtok": ("input", "token", MILLION),
    "output_mtok": ("output", "token", MILLION),
    "output_reasoning_mtok": ("reasoning", "token", MILLION),
    "cache_read_mtok": ("cache_read", "token", MILLION),
    "cache_write_mtok": ("cache_write", "token", MILLION),
    "cache_write_5m_mtok": ("cache_write_5m", "token", MILLION),
    "cache_write_1h_mtok": ("cache_write_1h", "token", MILLION),
    "input_audio_mtok": ("input_audio", "token", MILLION),
    "cache_audio_read_mtok": ("cache_read_audio", "token", MILLION),
    "output_audio_mtok": ("output_audio", "token", MILLION),
    "input_image_mtok": ("input_image", "token", MILLION),
    "cache_image_read_mtok": ("cache_read_image", "token", MILLION),
    "output_image_mtok": ("output_image", "token", MILLION),
    "web_searches_kcount": ("web_search_call", "call", 1000),
    "storage_searches_kcount": ("file_search_call", "call", 1000),
    "social_searches_kcount": ("x_search_call", "call", 1000),
    "code_executions_kcount": ("code_execution_call", "call", 1000),
    "rerank_searches_kcount": ("search_unit", "call", 1000),
    "input_document_kpages": ("page", "unit", 1000),
    "input_mchars": ("character", "unit", MILLION),
}
_NAMES = {"aws": "bedrock", "x-ai": "xai"}
_VARIANTS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("service_tier", "ultrafast"): "ultrafast",
    ("speed", "fast"): "fast",
}
_DEFAULT = ("service_tier", "default")
_Entry = tuple[date | None, Any, str]
"""First day, the entry, and where it stands."""


def read(document: Any) -> Iterator[Quote | Unmapped]:
    """Every price of the feed.

    Raises:
        ValueError: the document is not the feed.
    """
    providers = document.get("providers") if isinstance(document, dict) else document
    if not isinstance(providers, list):
        message = "no list of providers; expected genai-prices' data.json"
        raise ValueError(message)
    for provider in providers:
        models = provider.get("models") if isinstance(provider, dict) else None
        for model in models if isinstance(models, list) else ():
            if isinstance(model, dict):
                yield from _model(str(provider.get("id")), model)


def _model(provider: str, model: dict[str, Any]) -> Iterator[Quote | Unmapped]:
    spelling = str(model.get("id")).removeprefix("regional.")
    if spelling.startswith("ft:") or ".ft-" in spelling:
        yield Unmapped(spelling, "prices", "price of a fine-tuned model")
        return
    template = Quote(_name(provider, spelling), spelling, "prices", "", Decimal(0))
    stated = model.get("prices")
    yield from _dated(template, stated if isinstance(stated, list) else [{"prices": stated}])
    yield from _variants(template, model.get("price_variants"))


def _name(provider: str, spelling: str) -> str:
    """Google's models are on the Gemini API, those of others on Vertex."""
    if provider == "google":
        return "gemini" if spelling.startswith(("gemini", "gemma")) else "vertex_ai"
    return _NAMES.get(provider, provider)


def _variants(template: Quote, variants: Any) -> Iterator[Quote | Unmapped]:
    """Each tier's prices; the first's day is only when it was verified: its start is not known."""
    tiers: dict[str, list[_Entry]] = {}
    for number, variant in enumerate(variants if isinstance(variants, list) else []):
        place = f"price_variants[{number}]"
        when = variant.get("when") if isinstance(variant, dict) else None
        conditions = tuple(when.items()) if isinstance(when, dict) else ()
        tier = _VARIANTS.get(conditions[0]) if len(conditions) == 1 else None
        if tier:
            first = not tiers.setdefault(tier, [])
            tiers[tier].append((None if first else _start(variant), variant, place))
        elif conditions != (_DEFAULT,):
            yield Unmapped(template.spelling, place, f"no tier for {dict(conditions)}"[:80])
    for tier, entries in tiers.items():
        yield from _in_turn(replace(template, service_tier=tier), entries)


def _dated(template: Quote, stated: list[Any]) -> Iterator[Quote | Unmapped]:
    """Each price from its day on; those by the clock are not the book's kind of band."""
    entries: list[_Entry] = []
    for number, entry in enumerate(stated):
        place = f"prices[{number}]" if len(stated) > 1 else "prices"
        start = _start(entry)
        if start is None and isinstance(entry, dict) and entry.get("constraint"):
            yield Unmapped(template.spelling, place, "goes by the time of day")
        else:
            entries.append((start, entry, place))
    yield from _in_turn(template, entries)


def _in_turn(template: Quote, entries: list[_Entry]) -> Iterator[Quote | Unmapped]:
    """Each entry's prices until the next one starts."""
    end: _Entry = (None, None, "")
    for (start, entry, place), (until, _, _) in pairwise([*entries, end]):
        yield from _prices(replace(template, valid_from=start, valid_to=until), entry, place)


def _start(entry: Any) -> date | None:
    constraint = entry.get("constraint") if isinstance(entry, dict) else None
    text = constraint.get("start_date") if isinstance(constraint, dict) else None
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _prices(template: Quote, entry: Any, place: str) -> Iterator[Quote | Unmapped]:
    prices = entry.get("prices") if isinstance(entry, dict) else None
    if not isinstance(prices, dict):
        yield Unmapped(template.spelling, place, "not an object of prices")
        return
    for key, stated in prices.items():
        meter, unit, per = _METERS.get(key, (None, "", 1))
        if meter is None:
            yield Unmapped(template.spelling, f"{place}.{key}", f"no meter for {key}")
            continue
        if meter == "web_search_call" and template.provider_name == "gemini":
            meter = "grounding"
        named = replace(template, key=f"{place}.{key}", meter=meter, unit=unit, per=per)
        yield from _tiers(named, stated)


def _tiers(named: Quote, stated: Any) -> Iterator[Quote | Unmapped]:
    """The price, or one a prompt length: above `start` the whole request has the tier's."""
    if not isinstance(stated, dict):
        yield quoted(named, stated, 1)
        return
    yield quoted(named, stated.get("base"), 1)
    tiers = stated.get("tiers")
    for tier in tiers if isinstance(tiers, list) else ():
        start = tier.get("start") if isinstance(tier, dict) else None
        if not isinstance(start, Decimal | int) or start != int(start):
            yield Unmapped(named.spelling, named.key, "a tier without start")
        else:
            yield quoted(replace(named, ctx_gt=int(start)), tier.get("price"), 1)
