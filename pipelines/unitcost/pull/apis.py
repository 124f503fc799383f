"""The registry of APIs that can be pulled: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from unitcost.pull import queries

_ANTHROPIC = {"anthropic-version": "2023-06-01"}


@dataclass(frozen=True)
class Api:
    """One report of one provider.

    `name` is also the source format of the pages and the landing folder. `key_env` is the default
    name of the environment variable that holds the key; `key_header` carries it.
    """

    name: str
    base_url: str
    key_env: str
    cut: queries.Cut
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)


def _anthropic(name: str, cut: queries.Cut, **headers: str) -> Api:
    more = {key.replace("_", "-"): value for key, value in headers.items()}
    return Api(
        name,
        "https://api.anthropic.com",
        "ANTHROPIC_ADMIN_KEY",
        cut,
        key_header="x-api-key",
        key_prefix="",
        headers=_ANTHROPIC | more,
    )


def _openai(name: str, cut: queries.Cut) -> Api:
    return Api(name, "https://api.openai.com", "OPENAI_ADMIN_KEY", cut)


APIS: dict[str, Api] = {
    api.name: api
    for api in (
        _openai("openai_usage", queries.openai_usage),
        _openai("openai_costs", queries.openai_costs),
        _anthropic("anthropic_usage", queries.anthropic_usage),
        _anthropic("anthropic_costs", queries.anthropic_costs),
        _anthropic("anthropic_claude_code", queries.anthropic_claude_code),
        _anthropic(
            "anthropic_analytics",
            queries.anthropic_analytics,
            anthropic_beta="analytics-usage-cost-2026-08-24",
        ),
        Api(
            "openrouter_activity",
            "https://openrouter.ai",
            "OPENROUTER_MANAGEMENT_KEY",
            queries.openrouter_activity,
        ),
    )
}
