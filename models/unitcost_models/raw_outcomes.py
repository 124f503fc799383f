"""Delivered judgements (outcomes, scores), and steps.outcome_statements, what they say.

Which statement holds is not decided here; `sql/core/tasks.sql` does.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

from unitcost_models.base import Row
from unitcost_models.shared import Provenance

Outcome = Literal["success", "failure", "unknown"]


class _Subject(Row):
    """What a statement is about: at least one of these."""

    task_id: str | None
    workflow_run_id: str | None
    trace_id: str | None
    provider_response_id: str | None
    request_id: str | None
    """Of core.requests, or as the flat request log or the gateway gave it."""
    session_id: str | None
    """A session or conversation, where that is the task."""


class RawOutcome(_Subject, Provenance):
    """One delivered judgement."""

    table: ClassVar[str] = "raw.outcomes"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of the record's content."""
    day: date
    """UTC date of judged_at; 2099-12-31 where that is not known, so that every day sees it."""
    outcome: Outcome
    score: Decimal | None
    judged_at: datetime | None
    outcome_source: str
    """Who judged, as the record says; else `outcomes`."""
    task_type: str | None
    customer_id: str | None
    human_cost_usd: Decimal | None
    """What people's work on the task cost."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost: searches, sandboxes, data."""


class RawScore(Provenance):
    """One version of a score or of feedback on a trace or a span; no comment, no free text."""

    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of everything that is kept of the score."""
    day: date
    """UTC date of judged_at."""
    score_id: str
    version: str | None
    """Sorts the versions of one score: the largest is the newest."""
    trace_id: str | None
    observation_id: str | None
    session_id: str | None
    """Judged as a task where the settings make sessions the tasks."""
    score_name: str
    data_type: str
    """BOOLEAN, NUMERIC, CATEGORICAL, FEEDBACK (a label, a number or both), or another that gives no
    statement."""
    label: str | None
    score: Decimal | None
    score_source: str | None
    """Who judged, as the tool says: API, EVAL, HUMAN, LLM, ..."""
    judged_at: datetime


class RawLangfuseScore(RawScore):
    """One version of a score that Langfuse keeps; no comment, no free text."""

    table: ClassVar[str] = "raw.langfuse_scores"


class OutcomeStatement(_Subject):
    """One statement about how a task ended, from an outcomes file, a trace or a score."""

    table: ClassVar[str] = "steps.outcome_statements"
    key: ClassVar[tuple[str, ...]] = ("statement_id",)
    is_daily: ClassVar[bool] = False

    statement_id: str
    """The record's id with the kind of statement."""
    statement_rank: int
    """1 outcomes file, 2 evaluation, 3 task status, 4 configured attribute; the least wins."""
    outcome: Outcome
    outcome_source: str
    outcome_at: datetime | None
    task_type: str | None
    customer_id: str | None
    human_cost_usd: Decimal | None
    tool_cost_usd: Decimal | None
