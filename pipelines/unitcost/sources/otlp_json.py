"""OTLP/JSON: traces and evaluation logs as the collector's file exporter and SDKs write them.

Rules (opentelemetry-proto's JSON encoding and file exporter, semantic conventions of GenAI,
OpenLLMetry, OpenInference, OpenLIT, Pydantic AI, Vercel AI SDK, LiteLLM):

- One line, or one document, is one export batch: `resourceSpans[]`, or `resourceLogs[]`. A trace
  spreads over lines and files; children come before parents; re-delivery is legal.
- Ids are hex in any case; 64-bit integers are text or numbers; enums are integers or names;
  a missing or empty `parentSpanId` is a root; a status without code is unset.
- A delivered record is a span, a kept span event or a kept log record. Only attributes that the
  vocabulary names are kept, so no prompt or answer reaches `raw`; what counting needs of them
  (response id, finish reason, usage, a digest of the input) is taken out first.
- Batches of before 2022 (`instrumentationLibrarySpans`) and spans under the protocol's own names
  (`resource_spans`) are respelled; spans by themselves, whose attributes are an object, become
  batches of one (CloudWatch's log group `aws/spans`, where agents on Bedrock AgentCore write), and
  so do spans that OpenTelemetry for Python prints to the console. A trace of Tempo's API or of
  Jaeger's is unwrapped. Ids in base64, as protocol buffers' own JSON has bytes, become hex.
- Text that is a Python literal instead of JSON (LiteLLM's `llm.openai.usage`) is read too.
- Metrics repeat what spans count; a batch of them is quarantined, saying so.
"""

from __future__ import annotations

from collections.abc import Iterator

from unitcost.sources.base import LATE_SPAN_ROWS, Sample, Source
from unitcost.sources.otlp_logs import tells_agent_events
from unitcost_models.raw_otlp import RawOtlp

_BATCHES = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs", "resourceMetrics")


def detect(sample: Sample) -> bool:
    """Whether the sample is surely OTLP/JSON."""
    is_otlp = sample.kind == "json" and any(
        _is_span(record)
        or _is_printed(record)
        or any(isinstance(part.get(key), list) for part in _parts(record) for key in _BATCHES)
        for record in sample.records
    )
    return is_otlp and not tells_agent_events(sample)


def _is_span(record: dict[str, object]) -> bool:
    """Whether it is a span by itself, as CloudWatch's log group `aws/spans` holds them."""
    is_named = {"traceId", "spanId", "startTimeUnixNano"} <= record.keys()
    return is_named and isinstance(record.get("attributes"), dict)


def _is_printed(record: dict[str, object]) -> bool:
    """Whether it is a span as the console exporter of OpenTelemetry for Python prints it."""
    context = record.get("context")
    return isinstance(context, dict) and str(context.get("trace_id")).startswith("0x")


def _parts(record: dict[str, object]) -> Iterator[dict[str, object]]:
    """The record, and the batches in it as Tempo's API or Jaeger's answers a trace."""
    yield record
    parts = [record.get(name) for name in ("trace", "tracesData", "result")]
    batches = record.get("batches")
    if isinstance(batches, list) and all(isinstance(b, dict) and "resource" in b for b in batches):
        parts.append({"resourceSpans": batches})
    yield from (part for part in parts if isinstance(part, dict))


SOURCE = Source(
    format="otlp_json",
    title="OpenTelemetry traces: GenAI conventions old and new, OpenLLMetry, OpenInference, "
    "OpenLIT, Pydantic AI, Vercel AI SDK and others",
    row=RawOtlp,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
    late_rows=LATE_SPAN_ROWS,
)
