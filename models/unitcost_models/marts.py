"""The marts with a grain of their own: requests, workflow runs, waste and successful tasks.

Marts that add requests up by one dimension are in `spend.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.requests import Identity, RequestCost, Result, Service
from unitcost_models.shared import Dimensions, Meters, Tokens
from unitcost_models.spend import Daily


class CostPerRequest(RequestCost, Result, Meters, Tokens, Dimensions, Service, Identity):
    """One request with everything that is asked about it: who, what, how it ended, what it cost.

    Dimensions that are not known are NULL here; the marts that group by them show
    `(unattributed)`. Where a request was read is not here but in `core.sightings`.
    """

    table: ClassVar[str] = "marts.cost_per_request"
    key: ClassVar[tuple[str, ...]] = ("request_id",)

    cache_write_tokens: int | None
    """Input written to a prompt cache: the sum of the known lifetimes."""
    input_media_tokens: int | None
    """Audio and image input, cached or not: the sum of the known classes."""
    output_media_tokens: int | None
    """Audio and image output: the sum of the known classes."""
    outcome: str | None
    """Outcome of its task: success, failure or unknown; None where it has no task."""
    waste_class: str | None
    """Why its cost bought nothing; None where it did or nobody can tell. The first that holds:
    `timed_out`, `errored`, `refused`, `cancelled`, `incomplete` and `truncated` by its status,
    `retried` (answered, but another attempt's answer was used), `failed_task` (good in itself, but
    its task failed)."""
    cost_lower_bound_usd: Decimal
    """The least it can have cost: cost_usd where that is known; else the known parts where it was
    billed, and 0 where that is in doubt."""
    cost_upper_bound_usd: Decimal | None
    """The most it can have cost, by the day's evidence: cost_usd where that is known; else its
    prompt as another attempt of its call paid for it, or the dearest prompt, and the dearest
    answer, of the same model, tier, operation and feature. None where nothing is known of those."""


class RunDay(Row):
    """A UTC day before the build day on which a workflow run spent; tells where the run started."""

    table: ClassVar[str] = "steps.run_days"
    key: ClassVar[tuple[str, ...]] = ("workflow_run_id", "day")

    workflow_run_id: str
    """One user action."""
    day: date
    """UTC date of a request of it."""


class WorkflowRun(Daily):
    """One workflow run on one UTC day on which it spent; nearly every run has one row.

    Requests of no run share the row `(unattributed)`, so that the day's sum is whole.
    """

    table: ClassVar[str] = "marts.workflow_runs"
    key: ClassVar[tuple[str, ...]] = ("day", "workflow_run_id")

    workflow_run_id: str
    """One user action; `(unattributed)` for the requests of no run."""
    workflow: str
    """Name of the workflow; as the dimensions below `(unattributed)` where unknown, and the
    first by alphabet where the run's requests name several."""
    feature: str
    """The product feature."""
    customer_id: str
    """Who is served."""
    task_type: str
    """Kind of task."""
    started_on: date | None
    """First day on which the run spent, looking back 31 days; None for the requests of no run."""
    is_started_here: bool
    """Whether the run started on this day: filter by it to count runs once."""
    first_request_at: datetime
    """UTC start of its first request of the day."""
    duration_ms: int
    """From the first request's start to the last known end, within the day."""
    requests: int
    """Calls to a model API as they went over the wire, attempts included."""
    calls: int
    """What the application asked for: counted where the final attempt is."""
    failed_requests: int
    """Requests without a whole answer: error, timeout, cancelled or incomplete."""
    truncated_requests: int
    """Requests whose answer was cut at a limit."""
    refused_requests: int
    """Requests that the model or a filter refused."""
    unknown_usage_requests: int
    """Requests that were or may be billed and whose usage is missing, partial or estimated."""
    prompt_tokens: int
    """All input known."""
    completion_tokens: int
    """All output known."""
    cost_usd: Decimal
    """Sum of the known costs of this day; a lower bound where unpriced_requests is not 0."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    outcome: str | None
    """failure where a task of the run failed, else unknown where one is unknown, else success;
    None for the requests of no run."""


class FailureWaste(Daily):
    """Spend of a day that bought nothing, by why and where.

    A request is in one class at most; `marts.cost_per_request.waste_class` says which and why.
    """

    table: ClassVar[str] = "marts.failure_waste"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "waste_class",
        "billed_state",
        "provider",
        "model",
        "feature",
        "workflow",
        "customer_id",
    )

    waste_class: str
    """timed_out, errored, refused, cancelled, incomplete, truncated, retried or failed_task."""
    billed_state: str
    """billed, not_billed (waste_usd is 0) or unknown (no dollars are claimed)."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; as the dimensions below `(unattributed)` where unknown."""
    feature: str
    """The product feature."""
    workflow: str
    """Name of the workflow."""
    customer_id: str
    """Who is served."""
    requests: int
    """Wasted requests."""
    wasted_prompt_tokens: int
    """Their known input, cached included."""
    wasted_completion_tokens: int
    """Their known output, reasoning included."""
    unknown_usage_requests: int
    """Those that were or may be billed and whose usage is missing, partial or estimated."""
    waste_usd: Decimal | None
    """Sum of their known costs; None where none is known."""
    unpriced_requests: int
    """Those whose cost is unknown and therefore not in waste_usd."""
    waste_lower_bound_usd: Decimal
    """The least that all of them can have cost."""
    waste_upper_bound_usd: Decimal | None
    """The most that they can have cost by the day's evidence, without the unbounded ones; None
    where all are unbounded. See `marts.cost_per_request.cost_upper_bound_usd`."""
    unbounded_requests: int
    """Those of which nothing bounds the cost from above."""


class CostPerSuccessfulTask(Daily):
    """What a success really costs: every attempt of every task, divided by the successes.

    Tasks are counted on the day they started, cost is on the day of the request. Requests of no
    task are in rows of their own, `task_type = '(no task)'`, so that the day's sum is whole.
    """

    table: ClassVar[str] = "marts.cost_per_successful_task"
    key: ClassVar[tuple[str, ...]] = ("day", "task_type", "feature", "workflow")

    task_type: str
    """Kind of task; `(unattributed)` where unknown, `(no task)` for the requests of no task."""
    feature: str
    """The task's product feature; `(unattributed)` where unknown."""
    workflow: str
    """The task's workflow; `(unattributed)` where unknown."""
    tasks: int
    """Tasks that started on this day: succeeded + failed + unknown."""
    succeeded: int
    """Tasks whose outcome is success."""
    failed: int
    """Tasks whose outcome is failure."""
    unknown: int
    """Tasks whose outcome is not known, or not yet."""
    success_rate_pct: Decimal | None
    """succeeded as a percentage of succeeded + failed; None where neither is known."""
    requests: int
    """Requests of this day, attempts included."""
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
    cost_per_successful_task_usd: Decimal | None
    """cost_usd divided by succeeded; None where none succeeded or nothing is priced."""


class SampledCost(Row):
    """What a service's recorded requests cost, and the estimate for the unrecorded ones too."""

    table: ClassVar[str] = "marts.sampled_cost"
    key: ClassVar[tuple[str, ...]] = ("day", "service_name")

    day: date
    """UTC date of the requests."""
    service_name: str
    """`(unattributed)` where nothing says."""
    requests: int
    """As recorded."""
    sampled_requests: int
    """Those that stand for more than themselves."""
    weighted_quantity: Decimal
    """Estimated requests: the sum of the sampling weights."""
    cost_usd: Decimal
    """Of the recorded requests."""
    weighted_cost_usd: Decimal
    """Estimate: cost times sampling weight, each request rounded to 12 decimals."""
    unpriced_requests: int
    """Recorded requests without a price, in neither cost."""
