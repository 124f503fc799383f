"""`langfuse_scores`: judgements that Langfuse keeps, from its blob storage or its pages.

How records are read is in `sql/raw/langfuse_scores.sql`, what they say of a task in
`sql/steps/outcome_statements.sql`; the rules are told in `docs/sources/langfuse_scores.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_outcomes import RawLangfuseScore

_SHAPES = (
    ({"id", "timestamp", "name", "value", "data_type"}, {"string_value", "observation_id"}),
    ({"id", "timestamp", "name", "value", "dataType"}, {"stringValue", "observationId"}),
)


def detect(sample: Sample) -> bool:
    """Whether the sample has Langfuse's names for a score."""
    found = [set(sample.columns)] if sample.columns else [set(r) for r in sample.records]
    return any(names >= needed and names & any_of for names in found for needed, any_of in _SHAPES)


SOURCE = Source(
    format="langfuse_scores",
    title="Langfuse scores, as outcomes",
    row=RawLangfuseScore,
    detect=detect,
    late_rows="true",
)
