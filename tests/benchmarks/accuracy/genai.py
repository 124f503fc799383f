"""pydantic/genai-prices, asked with its own usage, timestamp and price context."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from typing import Any

from tests.benchmarks.accuracy.answers import SNAPSHOTS, Tool
from tests.pricing_cases import Case

_PROVIDERS = {"bedrock": "aws", "azure": "azure"}
_NAMES = {"xai": "x-ai"}
_READS = ("cache_read_tokens", "cache_read_audio_tokens", "cache_read_image_tokens")
_WRITES = (
    "cache_write_5m_tokens",
    "cache_write_30m_tokens",
    "cache_write_1h_tokens",
    "cache_write_12h_tokens",
    "cache_write_unknown_tokens",
)
_FEES = {
    "web_search_calls": "web_searches",
    "grounding_prompts": "web_searches",
    "grounding_queries": "web_searches",
    "file_search_calls": "storage_searches",
    "search_units": "rerank_searches",
}
_CONTEXTS = {
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "ultrafast": {"service_tier": "ultrafast"},
    "free": {"service_tier": "free"},
}


def genai() -> Tool:
    """The tool; importing it fails where it is not installed."""
    from genai_prices import calc_price  # noqa: PLC0415

    def ask(case: Case) -> Callable[[], Decimal]:
        _refuse_what_cannot_be_said(case)
        call = partial(
            calc_price,
            _usage(case.usage),
            _model(case),
            provider_id=_provider(case),
            genai_request_timestamp=case.started_at.replace(tzinfo=UTC),
            price_context=_context(case),
        )
        return lambda: call().total_price

    return Tool("genai-prices", version("genai-prices"), ask)


def _usage(counts: dict[str, int]) -> Any:
    """Inclusive counts, as the library wants them."""
    from genai_prices import Usage  # noqa: PLC0415

    def total(*names: str) -> int:
        return sum(counts.get(name, 0) for name in names)

    audio_in, images = "input_audio_tokens", "input_image_tokens"
    return Usage(
        input_tokens=total("input_tokens", audio_in, images, *_READS, *_WRITES),
        cache_read_tokens=total(*_READS),
        cache_write_tokens=total(*_WRITES),
        cache_write_1h_tokens=total("cache_write_1h_tokens") or None,
        input_audio_tokens=total(audio_in, "cache_read_audio_tokens") or None,
        cache_audio_read_tokens=total("cache_read_audio_tokens") or None,
        input_image_tokens=total(images) or None,
        output_tokens=total("output_tokens", "reasoning_tokens", "output_audio_tokens"),
        output_audio_tokens=total("output_audio_tokens") or None,
        **{key: counts[name] for name, key in _FEES.items() if name in counts},
    )


def _provider(case: Case) -> str:
    return _PROVIDERS.get(case.platform) or _NAMES.get(case.provider) or case.provider


def _model(case: Case) -> str:
    dated = SNAPSHOTS.get(case.model, case.model)
    if case.platform != "bedrock":
        return dated
    geography = "global" if case.region_scope == "global" else "us"
    version = {"claude-3-5-sonnet": "-v2:0"}.get(case.model, "-v1:0")
    return f"{geography}.{case.provider}.{dated}{version if dated != case.model else ''}"


def _context(case: Case) -> dict[str, str] | None:
    if case.service_tier == "fast" and case.provider == "anthropic":
        return {"speed": "fast"}
    if case.service_tier == "fast":
        return {"service_tier": "fast"}
    if case.provider == "mistral" and case.region_scope == "eu":
        return {"route": "mistral/eu"}
    return _CONTEXTS.get(case.service_tier)


def _refuse_what_cannot_be_said(case: Case) -> None:
    """Its list has one place a model except on Bedrock; asking without it would be a trick."""
    is_default = case.region_scope in (None, "global")
    if case.platform != "bedrock" and case.provider != "mistral" and not is_default:
        message = f"no way to say region {case.region_scope}"
        raise LookupError(message)
