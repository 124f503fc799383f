"""`openinference_parquet`: spans exported from Phoenix, Parquet or JSON lines.

`sql/raw/openinference_parquet.sql` tells them as OTLP/JSON; from there on they are spans like any
other. The rules are told in `docs/sources/openinference_parquet.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, span_export

_SPAN = {"span_kind", "parent_id", "start_time"}


def detect(sample: Sample) -> bool:
    """Whether the sample has Phoenix's names for a span's kind, parent and context."""
    if sample.columns:
        return set(sample.columns) >= _SPAN | {"context.trace_id", "context.span_id"}
    spans = [span for record in sample.records for span in _spans(record)]
    return bool(spans) and all(span.keys() >= _SPAN and _has_context(span) for span in spans)


def _spans(record: dict[str, object]) -> list[dict[str, object]]:
    inner = record.get("spans")
    if isinstance(inner, list):
        return [span for span in inner if isinstance(span, dict)]
    return [record]


def _has_context(span: dict[str, object]) -> bool:
    context = span.get("context")
    return "context.span_id" in span or (isinstance(context, dict) and "span_id" in context)


SOURCE = span_export(
    "openinference_parquet",
    title="Phoenix's exports, Parquet and JSON lines",
    record="One span of a Phoenix export.",
    detect=detect,
)
