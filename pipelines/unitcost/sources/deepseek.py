"""`deepseek`: usage and costs by day, from the ZIP that DeepSeek's platform exports.

How rows are read is in `sql/raw/deepseek.sql`; the rules are told in `docs/sources/deepseek.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_ALWAYS = {"starttimeiso", "endtimeiso", "model"}
_USAGE = {"type", "amount"}
_COSTS = {"wallettype", "cost"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the columns of one of the export's two tables."""
    names = plain_names(sample)
    return names >= _ALWAYS and (names >= _USAGE or names >= _COSTS)


SOURCE = report(
    "deepseek",
    title="DeepSeek's usage and costs: the platform's ZIP",
    record="One count or charge of a day in an export of DeepSeek's platform.",
    detect=detect,
)
