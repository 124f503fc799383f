"""OpenAI organization Usage and Costs API pages.

Rules: buckets are UTC days in epoch seconds, a day without usage has empty results; usage columns
are disjoint beside their inclusive totals; amounts are JSON numbers in dollars (openai 3.54.0).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from unitcost.demo.exports import DailyUsage, UsageKey
from unitcost.demo.people import midnight_ms
from unitcost.demo.run import Usage
from unitcost.demo.scenario import EMBEDDING_MODEL, picos
from unitcost.demo.truth import dollars

_DAY_SECONDS = 86_400
Result = dict[str, Any]


def usage_page(daily: DailyUsage, days: Sequence[date], kind: str) -> str:
    """One page of `/v1/organization/usage/<kind>`, kind `completions` or `embeddings`."""
    is_embeddings = kind == "embeddings"

    def results(day: date) -> list[Result]:
        return [
            _embeddings(*row) if is_embeddings else _completions(*row)
            for row in daily.rows(day, "openai")
            if (row[0][0] is EMBEDDING_MODEL) == is_embeddings
        ]

    return _page(days, results)


def cost_page(daily: DailyUsage, days: Sequence[date]) -> str:
    """One page of `/v1/organization/costs` grouped by project and line item."""
    return _page(
        days, lambda day: [cost for row in daily.rows(day, "openai") for cost in _costs(*row)]
    )


def _page(days: Sequence[date], results: Callable[[date], list[Result]]) -> str:
    starts = [midnight_ms(day) // 1_000 for day in days]
    buckets = [
        {
            "object": "bucket",
            "start_time": start,
            "end_time": start + _DAY_SECONDS,
            "results": results(day),
        }
        for start, day in zip(starts, days, strict=True)
    ]
    page = {"object": "page", "data": buckets, "has_more": False, "next_page": None}
    return re.sub(r'"@([0-9.]+)"', r"\1", json.dumps(page)) + "\n"


def _completions(key: UsageKey, requests: int, usage: Usage) -> Result:
    model, project = key
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": usage.prompt_tokens,
        "input_cached_tokens": usage.cache_read_tokens,
        "input_cache_write_tokens": 0,
        "input_cache_write_30m_tokens": 0,
        "input_cache_write_12h_tokens": 0,
        "input_uncached_tokens": usage.input_tokens,
        "input_text_tokens": usage.input_tokens,
        "input_audio_tokens": 0,
        "input_image_tokens": 0,
        "input_cached_text_tokens": usage.cache_read_tokens,
        "input_cached_audio_tokens": 0,
        "input_cached_image_tokens": 0,
        "output_tokens": usage.completion_tokens,
        "output_text_tokens": usage.completion_tokens,
        "output_audio_tokens": 0,
        "output_image_tokens": 0,
        "num_model_requests": requests,
        "project_id": project,
        "user_id": None,
        "api_key_id": None,
        "model": model.answers_as,
        "batch": model.service_tier == "batch",
        "service_tier": "default",
        "api_source": None,
    }


def _embeddings(key: UsageKey, requests: int, usage: Usage) -> Result:
    return {
        "object": "organization.usage.embeddings.result",
        "input_tokens": usage.prompt_tokens,
        "num_model_requests": requests,
        "project_id": key[1],
        "user_id": None,
        "api_key_id": None,
        "model": key[0].answers_as,
    }


def _costs(key: UsageKey, _requests: int, usage: Usage) -> list[Result]:
    model, project = key
    if model.rates is None:
        return []
    fresh, read, _, output, _ = picos(model.rates)
    name = f"batch | {model.answers_as}" if model.service_tier == "batch" else model.answers_as
    classes = (
        ("input", usage.input_tokens, fresh),
        ("cached input", usage.cache_read_tokens, read),
        ("output", usage.completion_tokens, output),
    )
    return [
        {
            "object": "organization.costs.result",
            "amount": {"value": f"@{dollars(quantity * price):f}", "currency": "usd"},
            "line_item": f"{name}, {token_class}",
            "quantity": quantity,
            "quantity_unit": "tokens",
            "project_id": project,
            "user_id": None,
            "api_key_id": None,
            "api_source": None,
        }
        for token_class, quantity, price in classes
        if quantity
    ]
