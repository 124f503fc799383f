"""`langfuse`: observations and traces, from Langfuse's blob storage or its pages.

How records are read is in `sql/raw/langfuse.sql`; the rules are told in `docs/sources/langfuse.md`.
Scores are judgements, not calls: `langfuse_scores`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log
from unitcost.sources.envelopes import TRACE_LIST, list_name

_OBSERVATIONS = (
    (
        {"id", "trace_id", "type", "start_time"},
        {"parent_observation_id", "usage_details", "cost_details", "provided_model_name"},
    ),
    (
        {"id", "traceId", "type", "startTime"},
        {"parentObservationId", "usageDetails", "costDetails", "providedModelName"},
    ),
)
_TRACE = {"id", "timestamp", "public", "bookmarked"}


def detect(sample: Sample) -> bool:
    """Whether the sample has Langfuse's names for an observation or a trace."""
    found = [set(sample.columns)] if sample.columns else map(_names, sample.records)
    return any(_is_own(names) for names in found)


def _names(record: dict[str, object]) -> set[str]:
    """A record's names; a trace that holds its observations is a page of them."""
    return set() if list_name(record) == TRACE_LIST else set(record)


def _is_own(names: set[str]) -> bool:
    is_observation = any(names >= needed and names & any_of for needed, any_of in _OBSERVATIONS)
    return is_observation or names >= _TRACE


SOURCE = call_log(
    "langfuse",
    title="Langfuse observations and traces: blob storage and page exports",
    record="One observation of Langfuse, or a trace, which only names whom its calls are for.",
    detect=detect,
)
