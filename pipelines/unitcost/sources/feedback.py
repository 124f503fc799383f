"""`feedback`: judgements exported without the runs they judge, from LangSmith, Phoenix or MLflow.

How records are read is in `sql/raw/feedback.sql`, what they say of a task in
`sql/steps/outcome_statements.sql`; the rules are told in `docs/sources/feedback.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.base import table_of
from unitcost_models.raw_outcomes import RawScore

_LANGSMITH = {"id", "run_id", "key"}
_PHOENIX = {"span_id", "trace_id", "session_id"}
_RUNS = {"spans", "trace", "data"}


def detect(sample: Sample) -> bool:
    """Whether every record is a judgement, or an MLflow trace of which only those are there."""
    items = [item for record in sample.records for item in _items(record)]
    return bool(items) and all(_is_judgement(item) for item in items)


def _items(record: dict[str, object]) -> list[dict[str, object]]:
    """The items of a page, or the record itself."""
    pages = [inner for name in ("data", "traces") if isinstance(inner := record.get(name), list)]
    return [i for i in pages[0] if isinstance(i, dict)] if pages else [record]


def _is_judgement(item: dict[str, object]) -> bool:
    names = item.keys()
    if "annotator_kind" in names:
        return bool({"name", "annotation_name"} & names and _PHOENIX & names)
    if "assessment_name" in names:
        return "trace_id" in names
    if {"trace_id", "assessments"} <= names:
        return not _RUNS & names
    return names >= _LANGSMITH and bool({"score", "value"} & names)


SOURCE = Source(
    format="feedback",
    title="feedback of LangSmith, Phoenix and MLflow exported without the runs, as outcomes",
    row=table_of(RawScore, "raw.feedback", "One judgement, exported without what it judges."),
    detect=detect,
    late_rows="true",
)
