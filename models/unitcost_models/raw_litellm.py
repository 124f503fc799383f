"""raw.litellm: records of the LiteLLM gateway, StandardLoggingPayload and SpendLogs alike.

Which records are attempts of one call is not said here; `sql/steps/litellm_sightings.sql` does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.shared import Dimensions, Provenance, Tokens


class RawLitellm(Tokens, Dimensions, Provenance):
    """One attempt as the gateway logged it, its inclusive usage split into disjoint classes."""

    table: ClassVar[str] = "raw.litellm"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of everything that is kept of the record."""
    day: date
    """UTC date of started_at."""
    log_id: str | None
    """`id` of a StandardLoggingPayload or `request_id` of SpendLogs, without cache-hit suffix."""
    litellm_call_id: str | None
    """The gateway's own id of the attempt."""
    trace_id: str | None
    """Shared by attempts and fallbacks, and by whatever else the client puts under it."""
    started_at: datetime
    ended_at: datetime | None
    started_us: int
    """started_at in microseconds since 1970, for gaps between attempts."""
    ended_us: int | None
    call_type: str | None
    """As LiteLLM names it, e.g. acompletion."""
    operation: str | None
    provider_name: str | None
    server_address: str | None
    """Host of api_base."""
    region_scope: str | None
    account_id: str | None
    """The organization that the provider's response headers name."""
    model: str | None
    """As sent to the provider."""
    model_group: str | None
    """The router's alias; None where no router was used, so that retries are not logged."""
    response_model: str | None
    service_tier: str | None
    is_batch: bool
    is_streaming: bool | None
    is_cache_hit: bool
    """Answered from LiteLLM's own response cache; the answer's id repeats an earlier one."""
    has_error: bool
    error_type: str | None
    http_status: int | None
    """Of a failure that the provider answered; None where no answer came (timeout, disconnect)."""
    finish_reason: str | None
    attempted_retries: int | None
    """Retries in the final model group, as the gateway's header says."""
    attempted_fallbacks: int | None
    usage_basis: str
    """reported; partial for a failure with tokens; missing."""
    residual_tokens: int | None
    """Declared totals minus the classes."""
    reported_cost_usd: Decimal | None
    """LiteLLM's own estimate; None where it is 0 beside tokens, which means unknown."""
    web_search_calls: int | None
    web_fetch_calls: int | None
    search_units: int | None
    pages: int | None
    audio_seconds: Decimal | None
