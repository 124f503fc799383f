"""Which OTLP/JSON logs are a coding agent's: the one question that two sources ask."""

from __future__ import annotations

import json

from unitcost.sources.base import Sample

_LOGS = ("resourceLogs", "resource_logs")
_AGENTS = ("claude_code.", "com.anthropic.claude_code", "codex.", "gemini_cli.")


def tells_agent_events(sample: Sample) -> bool:
    """Whether there are log records, some by a coding agent, and no spans."""
    if any(not {"resourceSpans", "resource_spans"}.isdisjoint(record) for record in sample.records):
        return False
    found = [record.get(name) for record in sample.records for name in _LOGS]
    logs = [batch for batch in found if isinstance(batch, list)]
    text = json.dumps(logs)
    return any(f'"{agent}' in text for agent in _AGENTS)
