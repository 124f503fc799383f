"""Logs of single calls: what a source's parse tells of a record, and the raw table made of it.

Each such source has its own raw table with these columns, so that one step reads them all.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.shared import Dimensions, Meters, Provenance, Tokens


class ToldCall(Dimensions):
    """What `sql/raw/<format>.sql` of a call log says of one record, everything as text; not kept.

    A query names only the columns it knows; the others are NULL. `sql/raw/told_calls.sql` reads
    the texts, checks them and makes the classes disjoint, the same way for all call logs.
    """

    source_line: int
    record: str
    """The delivered record, for the quarantine."""
    reject_reason: str | None
    """Why the source cannot read the record; None where it can."""
    record_key: str | None
    """The source's own id of the call; None where it has none."""
    version: str | None
    """Sorts the versions of one record: the largest is the newest."""
    role: str | None
    """call (also where None), attempt, aggregate or context."""
    witness: int | None
    """Trust in its numbers, as in `steps.sightings`; 4 where None."""
    trace_id: str | None
    span_id: str | None
    parent_span_id: str | None
    span_name: str | None
    """None where the record is no span of a tree."""
    is_workflow: str | None
    started: str | None
    """ISO 8601, or an epoch number in s, ms, us or ns."""
    ended: str | None
    duration_ms: str | None
    """Read where `ended` is None."""
    call_key: str | None
    attempt_no: str | None
    resend_count: str | None
    provider_name: str | None
    platform_name: str | None
    region_scope: str | None
    server_address: str | None
    """A host or an address."""
    request_model: str | None
    response_model: str | None
    operation: str | None
    service_tier: str | None
    is_batch: str | None
    provider_response_id: str | None
    is_streaming: str | None
    is_cache_hit: str | None
    has_error: str | None
    error_type: str | None
    http_status: str | None
    finish_reason: str | None
    billed_state: str | None
    account_id: str | None
    usage_rule: str | None
    """How the counts of `usage` relate: a rule of `unitcost.sources.usage_objects`."""
    usage: str | None
    """The usage object as JSON text."""
    usage_basis: str | None
    """Only where the source itself says so."""
    web_search_calls: str | None
    """Tool calls that the record tells beside its usage object, as the next three."""
    file_search_calls: str | None
    grounding_prompts: str | None
    grounding_queries: str | None
    cost: str | None
    """USD as stated by the source."""
    attributes: dict[str, str] | None
    """Free names and values; the vocabulary finds the dimensions in them first."""
    judgements: dict[str, str] | None
    """Name of an evaluation or a kind of feedback -> its label, or its score as a number."""


class RawCall(Provenance, Meters, Tokens, Dimensions):
    """One record of a call log, its usage split into disjoint classes; no prompt, no answer."""

    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of everything that is kept of the record."""
    call_id: str
    """The source's own id of the call, with the entry's number where one record bills several."""
    version: str | None
    day: date
    """UTC date of started_at."""
    role: str
    witness: int
    trace_id: str | None
    span_id: str | None
    parent_span_id: str | None
    span_name: str | None
    is_workflow: bool
    started_at: datetime
    ended_at: datetime | None
    call_key: str | None
    attempt_no: int | None
    resend_count: int | None
    provider_name: str | None
    platform_name: str | None
    region_scope: str | None
    server_address: str | None
    request_model: str | None
    response_model: str | None
    operation: str | None
    service_tier: str | None
    is_batch: bool | None
    provider_response_id: str | None
    is_streaming: bool | None
    is_cache_hit: bool | None
    has_error: bool
    error_type: str | None
    http_status: int | None
    finish_reason: str | None
    billed_state: str | None
    account_id: str | None
    usage_basis: str
    normalisation_rule: str | None
    residual_tokens: int | None
    reported_cost_usd: Decimal | None
    """None where the source says 0 beside tokens: that means unknown."""
    judgements: dict[str, str] | None
    """Name of an evaluation or a kind of feedback -> its label, or its score as a number."""
