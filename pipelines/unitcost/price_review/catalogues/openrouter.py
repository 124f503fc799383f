"""OpenRouter's `/api/v1/models`: dollars per single unit as text; the maker's list passed through.

Overrides for long prompts are prices; those by the clock, discounts and routers are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from unitcost.price_review.catalogues.quotes import MILLION, Quote, Unmapped, exact, quoted

_METERS = {
    "prompt": ("input", "token", MILLION),
    "completion": ("output", "token", MILLION),
    "internal_reasoning": ("reasoning", "token", MILLION),
    "input_cache_read": ("cache_read", "token", MILLION),
    "input_cache_write": ("cache_write", "token", MILLION),
    "input_cache_write_1h": ("cache_write_1h", "token", MILLION),
    "audio": ("input_audio", "token", MILLION),
    "input_audio_cache": ("cache_read_audio", "token", MILLION),
    "audio_output": ("output_audio", "token", MILLION),
    "image_token": ("input_image", "token", MILLION),
    "web_search": ("web_search_call", "call", 1000),
}
_CONDITIONS = {"min_prompt_tokens", "utc_start", "utc_end", "utc_days"}
_CLOCK = {"utc_start", "utc_end", "utc_days"}


def read(document: Any) -> Iterator[Quote | Unmapped]:
    """Every price of the list.

    Raises:
        ValueError: the document is not the answer of /api/v1/models.
    """
    models = document.get("data") if isinstance(document, dict) else None
    if not isinstance(models, list):
        message = "no list under data; expected the answer of /api/v1/models"
        raise ValueError(message)
    for model in models:
        if isinstance(model, dict) and isinstance(model.get("id"), str):
            yield from _model(model["id"], model.get("pricing"))


def _model(spelling: str, pricing: Any) -> Iterator[Quote | Unmapped]:
    if not isinstance(pricing, dict):
        yield Unmapped(spelling, "pricing", "not an object of prices")
        return
    refusal = _not_listed(spelling, pricing)
    if refusal:
        yield Unmapped(spelling, "pricing", refusal)
        return
    yield from _prices(spelling, pricing, None, "pricing")
    overrides = pricing.get("overrides")
    for number, override in enumerate(overrides if isinstance(overrides, list) else []):
        yield from _override(spelling, override, f"pricing.overrides[{number}]")


def _not_listed(spelling: str, pricing: dict[str, Any]) -> str | None:
    """Why these are no list prices of a model, if so."""
    if spelling.startswith(("~", "openrouter/")) or pricing.get("prompt") == "-1":
        return "a router or moving alias, not a model"
    if ":" in spelling:
        return f"variant {spelling.rpartition(':')[2]} of the marketplace"
    if exact(pricing.get("discount") or 0) != 0:
        return "discounted"
    return None


def _override(spelling: str, override: Any, place: str) -> Iterator[Quote | Unmapped]:
    if not isinstance(override, dict) or _CLOCK & override.keys():
        yield Unmapped(spelling, place, "goes by the time of day")
        return
    above = exact(override.get("min_prompt_tokens"))
    if above is None or above != int(above):
        yield Unmapped(spelling, place, "its condition is not known")
        return
    yield from _prices(spelling, override, int(above), place)


def _prices(
    spelling: str, prices: dict[str, Any], ctx_gt: int | None, place: str
) -> Iterator[Quote | Unmapped]:
    maker = spelling.partition("/")[0]
    for key, number in prices.items():
        if key in _CONDITIONS or key in ("overrides", "discount"):
            continue
        meter, unit, per = _METERS.get(key, (None, "", 1))
        if meter is None:
            yield Unmapped(spelling, f"{place}.{key}", f"no meter for {key}")
            continue
        if maker == "google" and meter == "web_search_call":
            meter = "grounding"
        template = Quote(
            maker, spelling, f"{place}.{key}", meter, Decimal(0), per, unit, ctx_gt=ctx_gt
        )
        yield quoted(template, number, per)
