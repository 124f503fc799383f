"""`portkey`: requests that Portkey's gateway logged, from its log export.

How records are read is in `sql/raw/portkey.sql`; the rules are told in `docs/sources/portkey.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawPortkey

_ALWAYS = {"ai_org", "ai_model", "created_at"}
_EITHER = {"req_units", "res_units", "total_units", "response_status_code", "is_success"}


def detect(sample: Sample) -> bool:
    """Whether the sample has Portkey's own names for a provider, a model and what came back."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _ALWAYS and names & _EITHER for names in found)


SOURCE = Source(
    format="portkey",
    title="Portkey request log (log export)",
    row=RawPortkey,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
