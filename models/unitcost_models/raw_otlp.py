"""raw.otlp_json and its kin: spans, span events and log records, one row per delivered record.

What the attributes mean is not known here; see the vocabulary.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from unitcost_models.shared import Provenance


class RawSpan(Provenance):
    """One span, kept span event or kept log record, without any prompt or answer."""

    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of the record as delivered; equal ids are the same record delivered again."""
    record_kind: str
    """span, event (of a span) or log."""
    trace_id: str | None
    """32 lower-case hex digits; None only for a log record outside any trace."""
    span_id: str | None
    """16 lower-case hex digits: the span, or the span the event or log record belongs to."""
    parent_span_id: str | None
    """None for a root span, an event and a log record."""
    span_name: str | None
    """Name of the span, event or log record."""
    kind: str | None
    """internal, server, client, producer or consumer; None where unset."""
    started_at: datetime
    """Start of the span, time of the event; microseconds, the rest cut off."""
    ended_at: datetime | None
    """End of the span; None where it never ended."""
    status_code: str | None
    """ok or error; None where unset."""
    scope_name: str | None
    """The instrumentation library."""
    scope_version: str | None
    trace_state: str | None
    """W3C tracestate, e.g. the sampling threshold `ot=th:8`."""
    flags: int | None
    """W3C flags; bit 0x200 with 0x100: the parent is remote."""
    resource: dict[str, str] | None
    """Allowed attributes of the emitting resource."""
    attributes: dict[str, str] | None
    """Allowed attributes, values as text, arrays joined by a comma; see the vocabulary."""
    day: date
    """UTC date of started_at."""


class RawOtlp(RawSpan):
    """One span, event or log record of OTLP/JSON."""

    table: ClassVar[str] = "raw.otlp_json"
