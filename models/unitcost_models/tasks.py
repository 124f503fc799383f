"""core.tasks: the units that can succeed, day by day, and core.task_days, where they spent before.

Their cost is not here; it is in marts.cost_per_request by task_id.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.raw_outcomes import Outcome


class Task(Row):
    """One task on one day on which it made requests."""

    table: ClassVar[str] = "core.tasks"
    key: ClassVar[tuple[str, ...]] = ("task_id", "day")

    task_id: str
    day: date
    """UTC date of the task's requests."""
    task_type: str | None
    """Of the day's earliest request that says so; else of the statement."""
    feature: str | None
    workflow: str | None
    customer_id: str | None
    started_on: date
    """First day of the task within the last 31 days; it is counted on that day."""
    outcome: Outcome
    """unknown where nothing says how it ended, or not yet."""
    outcome_source: str | None
    """Who said so; no_complaint where nobody did in time; None where nobody did."""
    outcome_at: datetime | None
    """When it was judged; None where that is not known."""
    human_cost_usd: Decimal | None
    """What people's work on it cost, on the day on which it started; None where not told."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost, on that day; None where not told."""


class TaskDay(Row):
    """A day before the build day on which a task made requests."""

    table: ClassVar[str] = "core.task_days"
    key: ClassVar[tuple[str, ...]] = ("task_id", "day")
    is_daily: ClassVar[bool] = False

    task_id: str
    day: date


class UnmatchedJudgements(Row):
    """Outcomes, scores and feedback by source and day, and those that no known request answers to.

    Their requests are not delivered, or carry none of the ids that the judgements name.
    """

    table: ClassVar[str] = "marts.unmatched_judgements"
    key: ClassVar[tuple[str, ...]] = ("source_format", "day")
    is_daily: ClassVar[bool] = False

    source_format: str
    day: date
    """UTC date of the judgement; 2099-12-31 where it has no time."""
    judgement_count: int
    """Records, versions included; those that say nothing of success too."""
    unmatched_count: int
