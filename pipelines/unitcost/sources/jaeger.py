"""`jaeger`: traces as Jaeger's page and API give them, or its spans as Elasticsearch keeps them.

`sql/raw/jaeger.sql` tells their spans as OTLP/JSON; from there on they are spans like any other.
The rules are told in `docs/sources/jaeger.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, span_export

_SPAN = {"traceID", "spanID", "operationName"}


def detect(sample: Sample) -> bool:
    """Whether every record is a trace of Jaeger's, or one of its spans."""
    return sample.kind == "json" and bool(sample.records) and all(map(_is_own, sample.records))


def _is_own(record: dict[str, object]) -> bool:
    spans = record.get("spans")
    listed = spans if isinstance(spans, list) and spans else [record]
    return all(isinstance(span, dict) and span.keys() >= _SPAN for span in listed)


SOURCE = span_export(
    "jaeger",
    title="Jaeger's traces: its page's JSON, its API, its spans in Elasticsearch",
    record="One span of a trace that Jaeger keeps.",
    detect=detect,
)
