"""`anthropic_analytics`: rows of Anthropic's unified usage and cost analytics (beta).

How rows are read is in `sql/raw/anthropic_analytics.sql`; the rules are told in
`docs/sources/anthropic_analytics.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import items


def detect(sample: Sample) -> bool:
    """Whether the sample's items are groups with usage or cost."""
    found = items(sample)
    return bool(found) and all(
        isinstance(item.get("group"), dict)
        and "starting_at" in item
        and (isinstance(item.get("usage"), dict) or isinstance(item.get("cost"), dict))
        for item in found
    )


SOURCE = report(
    "anthropic_analytics",
    title="Anthropic's unified analytics (beta)",
    record="One group of a bucket of Anthropic's unified usage or cost analytics.",
    detect=detect,
)
