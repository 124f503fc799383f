"""`outcomes`: how tasks ended, as a product, a helpdesk or a benchmark exports it.

How records are read is in `sql/raw/outcomes.sql`, which statement holds in `sql/core/tasks.sql`;
the format is described in `docs/sources/outcomes.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_outcomes import RawOutcome

_SUBJECTS = {"task_id", "workflow_run_id", "trace_id", "provider_response_id", "request_id"}
_WORDS = {"outcome", "success", "resolved", "passed", "score"}
_CALLS = {"model", "provider", "started_at", "startTime", "call_type", "prompt_tokens", "spans"}
_TOOLS = {"run_id", "annotator_kind", "assessment_name"}
"""What only a tool's own feedback has: `feedback` knows more of it."""


def detect(sample: Sample) -> bool:
    """Whether the sample names a task and how it ended, and is no log of calls."""
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return bool(names & _SUBJECTS and names & _WORDS) and not names & (_CALLS | _TOOLS)


SOURCE = Source(
    format="outcomes",
    title="which tasks succeeded, also days later",
    row=RawOutcome,
    detect=detect,
    late_rows="true",
)
