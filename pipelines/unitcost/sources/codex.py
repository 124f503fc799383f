"""`codex`: sessions (rollouts) that Codex writes below `~/.codex/sessions`.

How records are read is in `sql/raw/codex.sql`; the rules are told in `docs/sources/codex.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_KINDS = {"session_meta", "turn_context", "event_msg", "response_item", "compacted"}


def detect(sample: Sample) -> bool:
    """Whether most lines are one of the kinds that a rollout has, each with time and payload."""
    lines = [r for r in sample.records if {"timestamp", "payload"} <= r.keys()]
    known = [r for r in lines if r.get("type") in _KINDS and isinstance(r["payload"], dict)]
    return bool(known) and 2 * len(known) > len(sample.records)


SOURCE = call_log(
    "codex",
    title="Codex's sessions (rollouts)",
    record="One answer of a Codex session.",
    detect=detect,
    is_told_by_file=True,
)
