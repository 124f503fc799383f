"""`langsmith`: runs of LangSmith, from its bulk export (Parquet) or its API.

How records are read is in `sql/raw/langsmith.sql`; the rules are told in
`docs/sources/langsmith.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_ALWAYS = {"run_type", "start_time"}
_PLACE = {"dotted_order", "parent_run_id", "parent_run_ids", "session_id", "trace_id"}
_USAGE = {"prompt_tokens", "completion_tokens", "total_tokens", "outputs", "extra"}


def detect(sample: Sample) -> bool:
    """Whether the sample has LangSmith's names for a run, and its place in a tree or its usage."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= _ALWAYS and names & (_PLACE | _USAGE) for names in found)


SOURCE = call_log(
    "langsmith",
    title="LangSmith runs: bulk export and API",
    record="One run: a call, or a chain, tool or retriever that names whom calls are for.",
    detect=detect,
)
