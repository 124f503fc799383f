"""raw.outcomes: delivered judgements of tasks, and steps.outcome_statements, what they say.

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


class OutcomeStatement(_Subject):
    """One statement about how a task ended, from an outcomes file or from a trace."""

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
