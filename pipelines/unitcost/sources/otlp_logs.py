"""Which OTLP/JSON logs are a coding agent's: the one question that two sources ask."""

from __future__ import annotations

import json

from unitcost.sources.base import Sample

_AGENTS = ("claude_code.", "com.anthropic.claude_code", "codex.", "gemini_cli.")


def tells_agent_events(sample: Sample) -> bool:
    """Whether there are log records, some by a coding agent, and no spans."""
    if any("resourceSpans" in record for record in sample.records):
        return False
    logs = [r["resourceLogs"] for r in sample.records if isinstance(r.get("resourceLogs"), list)]
    text = json.dumps(logs)
    return any(f'"{agent}' in text for agent in _AGENTS)
