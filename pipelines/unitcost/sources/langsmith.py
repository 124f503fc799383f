"""`langsmith`: runs of LangSmith, from its bulk export (Parquet) or its API.

How records are read is in `sql/raw/langsmith.sql`; the rules are told in
`docs/sources/langsmith.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawLangsmith

_ALWAYS = {"id", "run_type", "start_time"}
_EITHER = {"dotted_order", "parent_run_id", "parent_run_ids", "session_id"}


def detect(sample: Sample) -> bool:
    """Whether the sample has LangSmith's names for a run and its place in a tree."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _ALWAYS and names & _EITHER for names in found)


SOURCE = Source(
    format="langsmith",
    title="LangSmith runs (bulk export, API)",
    row=RawLangsmith,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
