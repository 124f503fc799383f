"""raw.requests: delivered records of the project's own flat format, one row each.

Nothing here says how they become requests; `sql/steps/requests_sightings.sql` does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.shared import Dimensions, Meters, Provenance, Tokens


class RawRequest(Meters, Tokens, Dimensions, Provenance):
    """One delivered record: texts trimmed, numbers and times read, token classes made disjoint."""

    table: ClassVar[str] = "raw.requests"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of the record's content; without an identity of its own, of the content and its
    ordinal among the equal records of the file."""
    day: date
    """UTC date of started_at."""
    request_id: str | None
    call_id: str | None
    """Shared by the attempts of one logical call."""
    attempt_no: int | None
    trace_id: str | None
    span_id: str | None
    workflow_run_id: str | None
    started_at: datetime
    ended_at: datetime | None
    """started_at plus latency_ms."""
    provider: str
    platform: str | None
    region_scope: str | None
    account_id: str | None
    container_size: str | None
    request_model: str | None
    """As asked for; `model` where only that is given."""
    response_model: str | None
    operation: str | None
    service_tier: str | None
    is_batch: bool | None
    provider_response_id: str | None
    status: str | None
    error_type: str | None
    http_status: int | None
    finish_reason: str | None
    billed_state: str | None
    usage_basis: str
    """As given; else missing without any quantity, partial for a call that did not end well and
    gives no output, and otherwise reported."""
    normalisation_rule: str | None
    """inclusive_totals or disjoint_classes: which of the two the record gave."""
    residual_tokens: int | None
    """Declared totals minus the classes, where a record gives both."""
    reported_cost_usd: Decimal | None
