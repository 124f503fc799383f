"""`weave`: calls of W&B Weave, from its API or its page's export.

How records are read is in `sql/raw/weave.sql`; the rules are told in `docs/sources/weave.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_ALWAYS = {"id", "op_name", "started_at"}
_EITHER = {"summary", "project_id", "parent_id", "wb_user_id"}


def detect(sample: Sample) -> bool:
    """Whether the sample has Weave's names for a call and its op."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _ALWAYS and names & _EITHER for names in found)


SOURCE = call_log(
    "weave",
    title="W&B Weave's calls",
    record="One call of Weave: a model's, or an op around it that names whom calls are for.",
    detect=detect,
)
