"""`agent_events`: what coding agents tell of their calls as OpenTelemetry log records.

Claude Code, Codex and Gemini CLI write them. How they are read is in `sql/raw/agent_events.sql`;
the rules are told in `docs/sources/agent_events.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log
from unitcost.sources.otlp_logs import tells_agent_events


def detect(sample: Sample) -> bool:
    """Whether the sample is OTLP/JSON logs of coding agents, without spans."""
    return sample.kind == "json" and tells_agent_events(sample)


SOURCE = call_log(
    "agent_events",
    title="OpenTelemetry log events of Claude Code, Codex and Gemini CLI (OTLP/JSON)",
    record="One call to a model that a coding agent tells of in a log record.",
    detect=detect,
)
