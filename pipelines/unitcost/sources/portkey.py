"""`portkey`: requests that Portkey's gateway logged, from its log export.

How records are read is in `sql/raw/portkey.sql`; the rules are told in `docs/sources/portkey.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_ALWAYS = {"ai_org", "ai_model", "created_at"}
_EITHER = {"req_units", "res_units", "total_units", "response_status_code", "is_success"}


def detect(sample: Sample) -> bool:
    """Whether the sample has Portkey's own names for a provider, a model and what came back."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _ALWAYS and names & _EITHER for names in found)


SOURCE = call_log(
    "portkey",
    title="Portkey's log export",
    record="One request that went through Portkey.",
    detect=detect,
)
