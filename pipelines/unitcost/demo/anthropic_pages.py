"""Anthropic Admin API usage and cost report pages.

Rules: token classes are exclusive; `amount` is a decimal string in cents; a request count is
absent; input costs are told per token type (anthropic 2.12.0).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from unitcost.demo.exports import DailyUsage, UsageKey
from unitcost.demo.run import Usage
from unitcost.demo.scenario import picos
from unitcost.demo.truth import dollars

_CENTS = 2
_WORKSPACE = "wrkspc_application"
Result = dict[str, Any]


def usage_page(daily: DailyUsage, days: Sequence[date]) -> str:
    """One page of `usage_report/messages`, grouped by model, tier, window and workspace."""
    return _page(days, lambda day: [_usage(key, usage) for key, _, usage in _rows(daily, day)])


def cost_page(daily: DailyUsage, days: Sequence[date]) -> str:
    """One page of `cost_report`, grouped by workspace and description."""
    return _page(
        days,
        lambda day: [cost for key, _, usage in _rows(daily, day) for cost in _costs(key, usage)],
    )


def _rows(daily: DailyUsage, day: date) -> list[tuple[UsageKey, int, Usage]]:
    return daily.rows(day, "anthropic")


def _page(days: Sequence[date], results: Callable[[date], list[Result]]) -> str:
    buckets = [
        {
            "starting_at": f"{day.isoformat()}T00:00:00Z",
            "ending_at": f"{(day + timedelta(days=1)).isoformat()}T00:00:00Z",
            "results": results(day),
        }
        for day in days
    ]
    return json.dumps({"data": buckets, "has_more": False, "next_page": None}) + "\n"


def _usage(key: UsageKey, usage: Usage) -> Result:
    return {
        "uncached_input_tokens": usage.input_tokens,
        "cache_creation": {
            "ephemeral_1h_input_tokens": 0,
            "ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
        },
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.completion_tokens,
        "server_tool_use": {"web_search_requests": 0},
        "api_key_id": None,
        "workspace_id": _WORKSPACE,
        "model": key[0].answers_as,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
    }


def _costs(key: UsageKey, usage: Usage) -> list[Result]:
    model = key[0]
    if model.rates is None:
        return []
    fresh, read, write, output, _ = picos(model.rates)
    classes = (
        ("uncached_input_tokens", usage.input_tokens, fresh),
        ("cache_read_input_tokens", usage.cache_read_tokens, read),
        ("cache_creation.ephemeral_5m_input_tokens", usage.cache_write_5m_tokens, write),
        ("output_tokens", usage.completion_tokens, output),
    )
    return [
        {
            "currency": "USD",
            "amount": f"{dollars(quantity * price).scaleb(_CENTS):f}",
            "workspace_id": _WORKSPACE,
            "description": f"{model.answers_as} usage - {token_type}",
            "cost_type": "tokens",
            "context_window": "0-200k",
            "model": model.answers_as,
            "service_tier": "standard",
            "token_type": token_type,
            "inference_geo": "global",
        }
        for token_type, quantity, price in classes
        if quantity
    ]
