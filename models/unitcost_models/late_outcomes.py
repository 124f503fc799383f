"""What is learnt of closed months' tasks: how they ended by what is known now, and the adjustments.

The adjustments of their cost by model and customer are in `closing.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class KnownTask(Row):
    """What tells whether a task's outcome or its cost changed."""

    day: date
    """UTC date of the requests."""
    task_id: str
    """The task; `(no task)` for the requests of none."""
    task_type: str
    """Kind of task; `(unattributed)` where unknown, `(no task)` for the requests of none."""
    feature: str
    """The task's product feature; `(unattributed)` where unknown."""
    workflow: str
    """The task's workflow; `(unattributed)` where unknown."""
    outcome: str
    """success, failure or unknown."""
    outcome_source: str | None
    """Who said so; None where nobody did."""
    outcome_at: datetime | None
    """When it was judged; None where that is not known."""
    tasks: int
    """1 on the day on which the task started, else 0."""
    unpriced_requests: int
    """Requests of the day whose cost is unknown and therefore not in cost_usd."""
    cost_usd: Decimal
    """What its requests of the day cost."""


_TASK_KEY = ("task_id", "task_type", "feature", "workflow")


class RestatedTask(KnownTask):
    """One task of a closed day as it was known when the day was last adjusted.

    Only days with outcome adjustments are here; the others are as they were reported.
    """

    table: ClassVar[str] = "core.restated_tasks"
    key: ClassVar[tuple[str, ...]] = _TASK_KEY


class ReportedTask(KnownTask):
    """One task of a day as reported, earlier adjustments included."""

    table: ClassVar[str] = "steps.reported_tasks"
    key: ClassVar[tuple[str, ...]] = _TASK_KEY


class PublishedTask(KnownTask):
    """One task of a day as its tables hold it, adjustments left out."""

    table: ClassVar[str] = "steps.published_tasks"
    key: ClassVar[tuple[str, ...]] = _TASK_KEY


class OutcomeAdjustment(Row):
    """A verdict that came after its month was closed, and the dollars it moves.

    For each kind of task, feature and workflow, what a closed day reported and its adjustments add
    up to what is known now: tasks by outcome, and their cost to the last digit.
    """

    table: ClassVar[str] = "core.outcome_adjustments"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "posting_no",
        "adjusted_day",
        "task_id",
        "task_type",
        "feature",
        "workflow",
        "outcome_after",
    )

    day: date
    """UTC date, in an open month, to which it is posted."""
    month: str
    """The closed month, YYYY-MM, that it corrects."""
    adjusted_day: date
    """UTC date of the task's requests."""
    task_id: str
    """The task whose outcome changed; `(as judged)` for all those together whose outcome stands
    and whose cost changed; `(no task)` for requests of none."""
    task_type: str
    """Kind of task; as the dimensions below `(unattributed)` where unknown."""
    feature: str
    """The task's product feature."""
    workflow: str
    """The task's workflow."""
    outcome_before: str | None
    """As reported, earlier adjustments included; None where the task was not reported here."""
    outcome_after: str | None
    """As known now; None where the task does not belong here any more."""
    outcome_source: str | None
    """Who gave the new outcome."""
    outcome_at: datetime | None
    """When it was judged; None where that is not known."""
    added_tasks: int
    """Tasks more than were reported: 0 where only the outcome changed."""
    added_succeeded: int
    """Successes more; below 0 they are fewer. A task counts on the day on which it started."""
    added_failed: int
    """Failures more."""
    added_unknown: int
    """Tasks without a verdict more."""
    unpriced_before: int
    """Requests reported without a cost: 0 in before_usd."""
    unpriced_after: int
    """Still or newly without a cost: 0 in after_usd."""
    before_usd: Decimal
    """What the task's requests of the day were reported to cost."""
    after_usd: Decimal
    """What they cost as known now."""
    amount_usd: Decimal
    """after_usd less before_usd: 0 where only the outcome changed. It is in core.adjustments too,
    and is not to be added to it."""
    succeeded_amount_usd: Decimal
    """What the cost of successful tasks grows by; the three add up to amount_usd."""
    failed_amount_usd: Decimal
    """What the cost of failed tasks grows by."""
    unknown_amount_usd: Decimal
    """What the cost of tasks without a verdict, and of no task, grows by."""
    posting_no: int
    """Counts the postings, as in core.adjustments; see meta.postings."""
    posted_on: date
    """UTC date of the run that posted it."""


class _MonthlySuccess(Row):
    """Tasks of a month by outcome, and their cost, by the dimensions of an outcome adjustment."""

    month: str
    """YYYY-MM of the day on which the task started, and of the requests' day for cost."""
    task_type: str
    """Kind of task; `(unattributed)` where unknown, `(no task)` for the requests of none."""
    feature: str
    """The task's product feature; `(unattributed)` where unknown."""
    workflow: str
    """The task's workflow; `(unattributed)` where unknown."""


_MONTHLY_KEY = ("month", "task_type", "feature", "workflow")


class SuccessAsReported(_MonthlySuccess):
    """What each month's books say of success: later verdicts are in the month that learnt them."""

    table: ClassVar[str] = "marts.success_as_reported"
    key: ClassVar[tuple[str, ...]] = _MONTHLY_KEY
    is_daily: ClassVar[bool] = False

    tasks: int
    """The month's own tasks, as published."""
    succeeded: int
    """Those that had succeeded by then."""
    failed: int
    """Those that had failed by then."""
    unknown: int
    """Those without a verdict by then."""
    cost_usd: Decimal
    """What the month's own requests cost, as published."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_of_succeeded_usd: Decimal
    """The part of cost_usd spent on tasks that had succeeded."""
    cost_of_failed_usd: Decimal
    """The part spent on tasks that had failed."""
    cost_of_unknown_usd: Decimal
    """The part spent on tasks without a verdict, and on no task."""
    cost_per_successful_task_usd: Decimal | None
    """cost_usd divided by succeeded, without adjustments; None where none succeeded or nothing is
    priced."""
    adjusted_succeeded: int
    """Successes that were posted to this month for closed ones, less those taken back."""
    adjusted_failed: int
    """Failures posted, less those taken back."""
    adjusted_unknown: int
    """Tasks without a verdict posted; below 0 where verdicts came."""
    succeeded_adjustment_usd: Decimal
    """What was posted to this month as cost of successful tasks of closed ones."""
    failed_adjustment_usd: Decimal
    """The same of failed tasks."""
    unknown_adjustment_usd: Decimal
    """The same of tasks without a verdict, and of no task."""


class SuccessAsKnown(_MonthlySuccess):
    """What a success of each month cost by what is known now, whenever it was learnt."""

    table: ClassVar[str] = "marts.success_as_known"
    key: ClassVar[tuple[str, ...]] = _MONTHLY_KEY
    is_daily: ClassVar[bool] = False

    booked_succeeded: int
    """Successes as published."""
    booked_cost_usd: Decimal
    """Cost as published."""
    booked_cost_per_successful_task_usd: Decimal | None
    """The one divided by the other; None where none succeeded or nothing is priced."""
    tasks: int
    """succeeded + failed + unknown."""
    succeeded: int
    """Tasks that succeeded."""
    failed: int
    """Tasks that failed."""
    unknown: int
    """Tasks that nobody has judged yet."""
    success_rate_pct: Decimal | None
    """succeeded as a percentage of succeeded + failed; None where neither is known."""
    cost_usd: Decimal
    """cost_of_succeeded_usd + cost_of_failed_usd + cost_of_unknown_usd."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_of_succeeded_usd: Decimal
    """The part of cost_usd spent on tasks that succeeded."""
    cost_of_failed_usd: Decimal
    """The part spent on tasks that failed."""
    cost_of_unknown_usd: Decimal
    """The part spent on tasks without a verdict, and on no task."""
    cost_per_successful_task_usd: Decimal | None
    """cost_usd divided by succeeded; None where none succeeded or nothing is priced."""
