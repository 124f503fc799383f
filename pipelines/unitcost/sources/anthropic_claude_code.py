"""`anthropic_claude_code`: days of Claude Code's users, from Anthropic's Claude Code analytics.

How rows are read is in `sql/raw/anthropic_claude_code.sql`; the rules are told in
`docs/sources/anthropic_claude_code.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import items


def detect(sample: Sample) -> bool:
    """Whether the sample's items tell what an actor did in Claude Code on a day."""
    found = items(sample)
    return bool(found) and all(
        {"date", "actor"} <= item.keys() and ("model_breakdown" in item or "core_metrics" in item)
        for item in found
    )


SOURCE = report(
    "anthropic_claude_code",
    title="Claude Code's users by day, as Anthropic reports them",
    record="What one user of Claude Code spent on one model in a day.",
    detect=detect,
)
