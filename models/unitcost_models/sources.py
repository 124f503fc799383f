"""What every source hands to counting, and what counting finds by content; nothing is kept."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.shared import Dimensions, Meters, Provenance, Tokens


class SourceSighting(Provenance, Meters, Tokens, Dimensions):
    """One record of one source in the shape that counting understands.

    Every `steps.<format>_sightings` has these columns; `steps.sightings` is their union.
    """

    table: ClassVar[str] = "steps.sightings"
    key: ClassVar[tuple[str, ...]] = ("sighting_id",)

    sighting_id: str
    """Stable identity, the same whichever file delivers the record."""
    role: str
    """call: a model call; attempt: an HTTP try below one; aggregate: repeats its children;
    context: only names things."""
    witness: int
    """Trust in its numbers: 1 provider log, 2 gateway log, 3 provider SDK span,
    4 instrumentation span, 5 framework span."""
    trace_id: str | None
    span_id: str | None
    parent_span_id: str | None
    span_name: str | None
    started_at: datetime
    ended_at: datetime | None
    day: date
    call_key: str | None
    """The source's own key of the logical call whose attempts it logs one by one."""
    attempt_no: int | None
    """As the source says."""
    resend_count: int | None
    """Tries before this one that the record tells of and no other record shows."""
    provider_name: str | None
    """As the source says; mapped by the price book's provider table."""
    platform_name: str | None
    """Where the source tells the platform apart."""
    region_scope: str | None
    account_id: str | None
    """Whose account at the provider the call was billed to."""
    sampling_weight: Decimal | None
    """How many calls it stands for, where the trace was sampled; None where nothing says so."""
    container_size: str | None
    server_address: str | None
    request_model: str | None
    response_model: str | None
    operation: str | None
    service_tier: str | None
    """As served and as the source spells it."""
    is_batch: bool | None
    provider_response_id: str | None
    is_streaming: bool | None
    is_cache_hit: bool | None
    """Answered by a gateway's response cache."""
    has_error: bool
    error_type: str | None
    http_status: int | None
    finish_reason: str | None
    billed_state: str | None
    """Only where the source itself says so."""
    usage_basis: str
    """reported, partial, estimated or missing."""
    normalisation_rule: str | None
    residual_tokens: int | None
    reported_cost_usd: Decimal | None
    is_workflow: bool
    """Whether the span marks a workflow run of its own."""
    resource_customer_id: str | None
    resource_feature: str | None
    resource_team: str | None
    resource_environment: str | None
    resource_service_name: str | None


class ContentTwin(Row):
    """A call that another source tells of too, or may tell of, by nothing but its content."""

    table: ClassVar[str] = "steps.content_twins"
    key: ClassVar[tuple[str, ...]] = ("group_key",)
    is_daily: ClassVar[bool] = False

    group_key: str
    """The call's group, as in `steps.linked_calls`, or `one:` and its only sighting."""
    twin_group: str | None
    """The group that it is one request with; None where several could be."""
    content_match: str
    """likely, possible or ambiguous."""
