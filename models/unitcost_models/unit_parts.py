"""Daily parts of calls, tasks and runs that marts over all days add up.

Sums, counts, least and largest, never an average or a share: a part holds what adds up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from unitcost_models.raw_outcomes import Outcome
from unitcost_models.spend import Daily


class CallsByAttempts(Daily):
    """How many attempts did a day's calls take, and what did those cost that were not used?

    Behind marts.retry_depth.
    """

    table: ClassVar[str] = "marts.calls_by_attempts"
    key: ClassVar[tuple[str, ...]] = ("day", "feature", "provider", "model", "attempts")

    feature: str
    """The product feature, the first by alphabet where a call's requests tell several; as the
    model `(unattributed)` where unknown."""
    provider: str
    """Who makes the model, likewise."""
    model: str
    """Canonical model key, likewise."""
    attempts: int
    """Requests of the day that one call took."""
    calls: int
    """Calls that took so many."""
    requests: int
    """attempts times calls."""
    retried_requests: int
    """Requests whose answer was not the one used."""
    unknown_attempt_requests: int
    """Requests whose only evidence hides retries; they count as one attempt."""
    cost_usd: Decimal
    """Known cost of all the requests."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    waste_lower_bound_usd: Decimal
    """The least that the retried requests can have cost."""
    waste_upper_bound_usd: Decimal | None
    """The most, without those that nothing bounds; None where nothing bounds any."""


class TasksByDimension(Daily):
    """How did the tasks end that began on the day, and what did they spend on it?

    Behind marts.cost_per_success. What a task spends on later days is in marts.carried_requests.
    """

    table: ClassVar[str] = "marts.tasks_by_dimension"
    key: ClassVar[tuple[str, ...]] = ("day", "dimension", "member", "outcome")

    dimension: str
    """As in `marts.cost_per_success`."""
    member: str
    """The feature, workflow, ...; `(all)` where the dimension is all."""
    outcome: Outcome
    """How the tasks ended; unknown for requests of no task, too."""
    tasks: int
    """Tasks; 0 where all requests are of none."""
    requests: int
    """Their requests of the day, and those of no task."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    other_cost_tasks: int
    """Tasks of which costs besides the models' are told."""
    human_cost_usd: Decimal | None
    """What people's work on them cost; None where none is told."""
    tool_cost_usd: Decimal | None
    """What tools that no model provider bills cost; None where none is told."""


class TasksByCost(Daily):
    """How many tasks that began on the day ended in success at just this cost?

    Behind marts.token_floor, which needs the cheapest tenth and the middle of a month's successes.
    """

    table: ClassVar[str] = "marts.tasks_by_cost"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "feature",
        "task_type",
        "cost_step",
        "success_cost_usd",
    )

    feature: str
    """The task's feature; as its kind `(unattributed)` where unknown."""
    task_type: str
    """The task's kind."""
    cost_step: int | None
    """100 times the number of digits of success_cost_usd in trillionths, plus their first two."""
    success_cost_usd: Decimal | None
    """What each of the tasks spent on the day; None for tasks that did not succeed, and for those
    of which a request has no price."""
    tasks: int
    """The tasks."""
    succeeded: int
    """Those with outcome success."""
    cost_usd: Decimal
    """Sum of the known costs of their requests of the day."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""


class RunsByStage(Daily):
    """How many of the runs that began on the day made so many calls in a stage?

    Behind marts.fan_out. What a run does on later days is in marts.carried_requests.
    """

    table: ClassVar[str] = "marts.runs_by_stage"
    key: ClassVar[tuple[str, ...]] = ("day", "workflow", "stage", "calls")

    workflow: str
    """The run's workflow; `(unattributed)` where unknown."""
    stage: str
    """Step inside the workflow, `(unattributed)` where unknown; `(all)` in a row for whole runs."""
    calls: int
    """What the application asked for in this stage in one run."""
    runs: int
    """Runs that made so many."""
    requests: int
    """Their requests of the day and stage, attempts included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
