"""Files that users have beside their logs and that tell of no single call: why they are refused.

What can be read is not known here; that is each source's `detect`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample
from unitcost.sources.envelopes import opened

_INSTEAD = "deliver the log of a gateway, OpenTelemetry traces, or the responses as provider_bodies"
_REASONS: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"trajectory", "info"}),
        f"a SWE-agent trajectory has a run's totals, but no time and no single call; {_INSTEAD}",
    ),
    (
        frozenset({"task_id", "reward", "traj"}),
        "a tau-bench result has neither times nor the agent's tokens, and its user_cost is that of "
        f"the simulated user; {_INSTEAD}, and the rewards as outcomes",
    ),
    (
        frozenset({"history", "metrics"}),
        "an OpenHands result of this version has costs by call, but neither their times nor their "
        f"tokens; {_INSTEAD}",
    ),
    (
        frozenset({"batches"}),
        "Tempo's answer to a query is not read; deliver the spans as the collector's file exporter "
        "writes them, OTLP/JSON with resourceSpans",
    ),
    (
        frozenset({"traceID", "processes"}),
        "Jaeger's answer to a query is not read; deliver the spans as the collector's file "
        "exporter writes them, OTLP/JSON with resourceSpans",
    ),
    (
        frozenset({"context", "parent_id", "links", "attributes"}),
        "spans as OpenTelemetry's console exporter prints them are not read; export them as "
        "OTLP/JSON, with the collector's file exporter",
    ),
    (
        frozenset({"type", "thread_id"}),
        "events of `codex exec --json` have no times; deliver the rollouts in ~/.codex/sessions",
    ),
)


def why_unreadable(sample: Sample) -> str | None:
    """What the file is and what to deliver instead, where it is known to tell of no call."""
    records = (*sample.records, *(inner.records if (inner := opened(sample)) else ()))
    names = {name for record in records for name in record}
    return next((reason for needed, reason in _REASONS if needed <= names), None)
