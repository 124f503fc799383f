"""The marts of token profiles: where tokens go, by side of the request, size and cache.

All are made of all days when they are read. What prompts are made of is in `prompts`, how calls
come together in `shapes`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class TokenProfile(Row):
    """How lopsided are requests, and which side of them costs?

    Requests with reported usage and a price only.
    """

    table: ClassVar[str] = "marts.token_profile"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "provider", "model")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    requests: int
    """Requests, attempts included."""
    prompt_per_request: Decimal
    """Prompt tokens of a request, mean."""
    completion_per_request: Decimal
    """Completion tokens of a request, mean."""
    prompt_per_completion: Decimal | None
    """Prompt tokens for each completion token."""
    cache_read_pct: Decimal | None
    """cache_read_tokens as a percentage of prompt_tokens."""
    prompt_cost_usd: Decimal | None
    """Cost of the prompts: fresh, read from and written to caches."""
    completion_cost_usd: Decimal | None
    """Cost of the answers, reasoning included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    prompt_cost_pct: Decimal | None
    """prompt_cost_usd as a percentage of cost_usd."""
    prompt_per_million_usd: Decimal | None
    """A million prompt tokens in effect, caches included."""
    completion_per_million_usd: Decimal | None
    """A million completion tokens."""
    completion_to_prompt_price: Decimal | None
    """How many times as much a completion token costs as a prompt token, caches included."""


class ContextSize(Row):
    """How long are prompts, and where is the money?"""

    table: ClassVar[str] = "marts.context_sizes"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "provider", "model", "from_prompt_tokens")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    from_prompt_tokens: int
    """Lower end of the size, included; the next size is the upper end."""
    requests: int
    """Requests, attempts included."""
    prompt_tokens: int
    """All input known, cached included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""


class CacheHit(Row):
    """Where and since when does the prompt cache serve?"""

    table: ClassVar[str] = "marts.cache_hits"
    key: ClassVar[tuple[str, ...]] = (
        "hour_at",
        "feature",
        "provider",
        "model",
        "prompt_name",
        "prompt_version",
    )
    is_daily: ClassVar[bool] = False

    hour_at: datetime
    """Beginning of the hour, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    prompt_name: str
    """Prompt template; `(unattributed)` where unknown."""
    prompt_version: str
    """Version of the prompt template; `(unattributed)` where unknown."""
    day: date
    """UTC date."""
    requests: int
    """Requests, attempts included."""
    prompt_tokens: int
    """All input known, cached included."""
    cache_read_tokens: int
    """Input served from a prompt cache."""
    cache_write_tokens: int
    """Input written to a prompt cache."""
    cache_read_pct: Decimal | None
    """cache_read_tokens as a percentage of prompt_tokens."""
    prompt_cost_usd: Decimal | None
    """Cost of the prompts: fresh, read from and written to caches."""
