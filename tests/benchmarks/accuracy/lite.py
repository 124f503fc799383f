"""BerriAI/litellm, asked with its own usage object, tier and region; it knows no dates."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from typing import Any

from tests.benchmarks.accuracy.answers import SNAPSHOTS, Tool
from tests.pricing_cases import Case

_ROUTES = {
    "azure": "azure",
    "bedrock": "bedrock",
    "vertex": "vertex_ai",
    "ai_studio": "gemini",
}
_WRITE_LIVES = {
    "cache_write_5m_tokens": "ephemeral_5m_input_tokens",
    "cache_write_unknown_tokens": "ephemeral_5m_input_tokens",
    "cache_write_30m_tokens": "ephemeral_30m_input_tokens",
    "cache_write_1h_tokens": "ephemeral_1h_input_tokens",
    "cache_write_12h_tokens": "ephemeral_12h_input_tokens",
}
_SEARCHES = ("web_search_calls", "grounding_prompts", "grounding_queries")


def lite() -> Tool:
    """The tool with the price map that it ships; importing it fails where it is not installed."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm.cost_calculator import (  # noqa: PLC0415
        batch_cost_calculator,
        completion_cost,
    )

    def ask(case: Case) -> Callable[[], Decimal]:
        route, model = _route(case), _model(case)
        if "search_units" in case.usage:
            return lambda: _rerank(model, route, case.usage["search_units"])
        if case.service_tier == "batch":
            usage = _usage(case.usage)
            return lambda: _sum(batch_cost_calculator(usage, model, route))
        call = partial(
            completion_cost,
            completion_response=_response(case, model),
            model=model,
            custom_llm_provider=route,
            service_tier=_tier(case),
            standard_built_in_tools_params=_tools(case),
            data_residency=case.region_scope if case.region_scope in ("eu", "us") else None,
            vertex_location=case.region_scope if case.platform == "vertex" else None,
        )
        return lambda: _sum([call()])

    return Tool("litellm", version("litellm"), ask)


def _sum(parts: Iterable[float]) -> Decimal:
    return sum((Decimal(repr(float(part))) for part in parts), Decimal(0))


def _route(case: Case) -> str:
    return _ROUTES.get(case.platform, case.provider)


def _tier(case: Case) -> str | None:
    return None if case.service_tier == "standard" else case.service_tier


def _tools(case: Case) -> Any:
    """What was asked for; it counts searches only where it is told that there were some."""
    asked = [name for name in _SEARCHES if case.usage.get(name)]
    return {"web_search_options": {"search_context_size": "medium"}} if asked else None


def _model(case: Case) -> str:
    """The key of its map for the case: `us.` for a geography, `eu/` for a data zone."""
    from litellm import model_cost  # noqa: PLC0415

    scope = case.region_scope or "global"
    if case.platform == "azure":
        zone = {"data_zone_eu": "eu/", "data_zone_us": "us/"}.get(scope, "")
        return f"{zone}{case.model}"
    if case.platform != "bedrock":
        dated = SNAPSHOTS.get(case.model, case.model)
        return dated if dated in model_cost else case.model
    prefix = {"global": "global.", "in_region": "", "us-east-1": ""}.get(
        scope, f"{scope.removeprefix('geo_')}."
    )
    stem = f"{prefix}{case.provider}.{case.model}"
    return next((key for key in sorted(model_cost) if key.startswith(stem)), stem)


def _response(case: Case, model: str) -> Any:
    from litellm.types.utils import ModelResponse  # noqa: PLC0415

    response = ModelResponse(model=model, usage=_usage(case.usage))
    if case.service_tier == "fast" and case.provider == "anthropic":
        response.usage.speed = "fast"
    if case.provider == "anthropic" and case.platform == "direct" and case.region_scope == "us":
        response.usage.inference_geo = "us"
    return response


def _usage(counts: dict[str, int]) -> Any:
    """Inclusive counts with their details, as its providers' adapters fill them."""
    from litellm.types.utils import Usage  # noqa: PLC0415

    writes = {key: counts[name] for name, key in _WRITE_LIVES.items() if counts.get(name)}
    reads = counts.get("cache_read_tokens", 0) + counts.get("cache_read_audio_tokens", 0)
    audio_in = counts.get("input_audio_tokens", 0)
    text_out = counts.get("output_tokens", 0)
    reasoning, audio_out = counts.get("reasoning_tokens", 0), counts.get("output_audio_tokens", 0)
    prompt = counts.get("input_tokens", 0) + counts.get("input_image_tokens", 0) + audio_in
    prompt += reads + sum(writes.values())
    completion = text_out + reasoning + audio_out
    searches = sum(counts.get(name, 0) for name in _SEARCHES)
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details={
            "cached_tokens": reads,
            "audio_tokens": audio_in or None,
            "text_tokens": counts.get("input_tokens", 0) + counts.get("input_image_tokens", 0),
            "cache_creation_tokens": sum(writes.values()),
            "cache_creation_token_details": writes or None,
            "web_search_requests": searches or None,
        },
        completion_tokens_details={
            "reasoning_tokens": reasoning,
            "audio_tokens": audio_out or None,
            "text_tokens": text_out,
        },
        cache_read_input_tokens=reads,
        cache_creation_input_tokens=sum(writes.values()),
        server_tool_use={"web_search_requests": searches} if searches else None,
    )


def _rerank(model: str, route: str, units: int) -> Decimal:
    from litellm.cost_calculator import cost_per_token  # noqa: PLC0415

    parts = cost_per_token(
        model=model,
        custom_llm_provider=route,
        call_type="rerank",
        rerank_billed_units={"search_units": units},
    )
    return _sum(parts)
