"""`posthog`: AI events of PostHog, from a batch export, its API or a table of results.

How records are read is in `sql/raw/posthog.sql`; the rules are told in `docs/sources/posthog.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_EVENTS = {"$ai_generation", "$ai_embedding", "$ai_span", "$ai_trace"}
_PREFIXES = ("$ai_", "properties.$ai_")


def detect(sample: Sample) -> bool:
    """Whether one of the sample's events is an AI event, or its columns are those of AI events."""
    is_table = "event" in sample.columns and any(c.startswith(_PREFIXES) for c in sample.columns)
    return is_table or any(record.get("event") in _EVENTS for record in sample.records)


SOURCE = call_log(
    "posthog",
    title="PostHog AI events",
    record="One AI event of PostHog: a generation, an embedding, or a span or trace around them.",
    detect=detect,
)
