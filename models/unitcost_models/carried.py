"""What the parts of a day know of earlier days: requests of what went on past its first day.

A daily part counts tasks and runs on the day on which they began; see `parts`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.raw_outcomes import Outcome
from unitcost_models.spend import Daily
from unitcost_models.tasks import Task


class EarlierRequest(Row):
    """A request of an earlier day whose task or run goes on on the build day."""

    table: ClassVar[str] = "steps.earlier_requests"
    key: ClassVar[tuple[str, ...]] = ("request_id",)
    is_daily: ClassVar[bool] = False

    request_id: str
    spent_on: date
    """Its UTC date."""
    task_id: str | None
    workflow_run_id: str | None
    provider: str
    model: str | None
    prompt_name: str | None
    prompt_version: str | None
    workflow: str | None
    stage: str | None
    is_final_attempt: bool
    cost_usd: Decimal | None


class EarlierTask(Task):
    """A task of an earlier day that goes on on the build day, as it stood on that day."""

    table: ClassVar[str] = "steps.earlier_tasks"


class CarriedRequest(Daily):
    """Which requests are of tasks and runs that went on past their first day?

    A part of a day counts those that began on it. Here are the day's requests of those that went
    on from an earlier day, and those of the last day before: whoever adds the parts up takes out
    what the first day counted, and puts in the whole. One that rests for more than 31 days begins
    anew.
    """

    table: ClassVar[str] = "marts.carried_requests"
    key: ClassVar[tuple[str, ...]] = ("day", "request_id")

    request_id: str
    """The request."""
    spent_on: date
    """UTC date of the request: day, or an earlier one."""
    task_id: str | None
    """Its task; None where that does not go on here, or not from this date."""
    workflow_run_id: str | None
    """Its run, likewise."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; as prompt and version `(unattributed)` where unknown."""
    prompt_name: str
    """Prompt template."""
    prompt_version: str
    """Version of the prompt template."""
    workflow: str | None
    """Name of the workflow."""
    stage: str
    """Step inside the workflow; `(unattributed)` where unknown."""
    is_final_attempt: bool
    """Whether the call's answer is its."""
    cost_usd: Decimal | None
    """Its whole cost; None where it is not known."""
    task_feature: str | None
    """The task's feature on that date; as the columns below None where task_id is."""
    task_workflow: str | None
    """The task's workflow."""
    task_type: str | None
    """The task's kind."""
    task_customer_id: str | None
    """Whom the task serves."""
    outcome: Outcome | None
    """How the task ended, as known by its requests of that date."""
    outcome_source: str | None
    """Who said so."""
    outcome_at: datetime | None
    """When it was judged."""
    human_cost_usd: Decimal | None
    """What people's work on it cost."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost."""


class CarriedTask(Row):
    """How is a task that went on past its first day counted: out as on that day, in as it is?"""

    table: ClassVar[str] = "marts.carried_tasks"
    key: ClassVar[tuple[str, ...]] = ("task_id", "started_on", "tasks")
    is_daily: ClassVar[bool] = False

    task_id: str
    """The task."""
    started_on: date
    """Its first day."""
    tasks: int
    """1 for the task as it is; -1 for what its first day counted of it, to be taken out."""
    feature: str
    """Its feature; as the dimensions below `(unattributed)` where unknown."""
    workflow: str
    """Its workflow."""
    task_type: str
    """Its kind."""
    customer_id: str
    """Whom it serves."""
    model: str
    """Model that cost it most."""
    prompt_name: str
    """Prompt that cost it most."""
    prompt_version: str
    """Version of that prompt."""
    outcome: Outcome
    """How it ended."""
    requests: int
    """Its requests, attempts included."""
    cost_usd: Decimal
    """Sum of their known costs."""
    unpriced_requests: int
    """Those whose cost is unknown and therefore not in cost_usd."""
    human_cost_usd: Decimal | None
    """What people's work on it cost; None where not told."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost; None where not told."""
