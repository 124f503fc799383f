"""The marts of success that are made of all days when they are read: by task, and by period.

The daily `marts.cost_per_successful_task` is in `marts.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class TaskCost(Row):
    """What did one task cost, all its attempts on all its days, and how did it end?

    Requests of no task are there too, added up by day and kind, so that the sum is the whole cost.
    """

    table: ClassVar[str] = "marts.task_costs"
    key: ClassVar[tuple[str, ...]] = (
        "started_on",
        "task_id",
        "feature",
        "workflow",
        "task_type",
        "customer_id",
        "provider",
        "model",
        "prompt_name",
        "prompt_version",
    )
    is_daily: ClassVar[bool] = False

    started_on: date
    """First day of the task; the day itself for requests of no task."""
    task_id: str
    """The task; `(no task)` for requests of none."""
    feature: str
    """The task's product feature; as the dimensions below `(unattributed)` where unknown."""
    workflow: str
    """The task's workflow."""
    task_type: str
    """Kind of task."""
    customer_id: str
    """Who is served."""
    provider: str
    """Who makes the model below."""
    model: str
    """The model that cost the task most."""
    prompt_name: str
    """Prompt template of those requests."""
    prompt_version: str
    """Version of the prompt template."""
    is_task: bool
    """False for requests of no task."""
    outcome: str
    """success, failure or unknown; the latest that is known of its days."""
    outcome_source: str | None
    """Who said so."""
    outcome_at: datetime | None
    """When it was judged; None where that is not known."""
    requests: int
    """All its requests, attempts included."""
    cost_usd: Decimal
    """Their known cost; a lower bound where unpriced_requests is not 0."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_lower_bound_usd: Decimal
    """The least that they can have cost."""
    cost_upper_bound_usd: Decimal | None
    """The most, without the unbounded ones; None where nothing bounds any."""
    unbounded_requests: int
    """Requests of which nothing bounds the cost from above."""
    human_cost_usd: Decimal | None
    """What people's work on it cost, beside cost_usd; None where not told."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost, beside cost_usd; None where not told."""


class CostPerSuccess(Row):
    """What does a success cost by day, week and month, for whom and with what, and how sure is it?

    A task and all its cost are in the period in which it started, also where it spent later. Within
    a dimension the members of a period add up to the whole: success, failure and unknown (requests
    of no task included) are all its cost.
    """

    table: ClassVar[str] = "marts.cost_per_success"
    key: ClassVar[tuple[str, ...]] = ("period", "period_from", "dimension", "member")
    is_daily: ClassVar[bool] = False

    period: str
    """day, week (from Monday) or month."""
    period_from: date
    """First day of the period."""
    dimension: str
    """all, feature, workflow, task_type, model, prompt_version or customer_id."""
    member: str
    """Which one; for a prompt its name and version, `(unattributed)` where unknown."""
    tasks: int
    """Tasks that started in the period: succeeded + failed + unknown."""
    succeeded: int
    """Tasks whose outcome is success."""
    failed: int
    """Tasks whose outcome is failure."""
    unknown: int
    """Tasks whose outcome is not known, or not yet."""
    unknown_pct: Decimal | None
    """unknown as a percentage of tasks."""
    success_rate_pct: Decimal | None
    """succeeded as a percentage of succeeded + failed; None where neither is known."""
    success_rate_low_pct: Decimal | None
    """Low end of its 95 % interval (Wilson), as if the judged tasks were drawn at random."""
    success_rate_high_pct: Decimal | None
    """High end."""
    requests: int
    """Requests of these tasks, and of no task."""
    cost_usd: Decimal
    """Sum of their known costs; a lower bound where unpriced_requests is not 0."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_of_succeeded_usd: Decimal
    """The part of cost_usd spent on tasks that succeeded."""
    cost_of_failed_usd: Decimal
    """The part spent on tasks that failed."""
    cost_of_unknown_usd: Decimal
    """The part spent on tasks whose outcome is not known, or on no task."""
    failed_cost_pct: Decimal | None
    """cost_of_failed_usd as a percentage of cost_usd."""
    cost_per_task_usd: Decimal | None
    """cost_usd divided by tasks."""
    cost_per_successful_task_usd: Decimal | None
    """cost_usd divided by succeeded, which takes every unknown task for a failure: the high end of
    the range that the unknown imply. None where none succeeded."""
    cost_per_successful_task_low_usd: Decimal | None
    """The same at the high end of the success rate."""
    cost_per_successful_task_high_usd: Decimal | None
    """The same at the low end of the success rate."""
    if_unknown_succeeded_usd: Decimal | None
    """cost_usd divided by succeeded + unknown: the low end of the range that the unknown imply."""
    other_cost_tasks: int
    """Tasks of which a human or tool cost is told."""
    human_cost_usd: Decimal | None
    """Sum of what people's work cost; None where none is told."""
    tool_cost_usd: Decimal | None
    """Sum of what tools cost that no model provider bills; None where none is told."""
    full_cost_per_successful_task_usd: Decimal | None
    """The same with human and tool cost; None where neither is told of any task."""
