"""The marts of waste by month, by hour, by depth, and of agents that went round in circles.

The daily `marts.failure_waste` is in `marts.py`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.spend import Daily


class _Bounds(Row):
    waste_lower_bound_usd: Decimal
    """The least that these requests can have cost."""
    waste_upper_bound_usd: Decimal | None
    """The most that they can have cost by the day's evidence, without those that nothing bounds;
    None where nothing bounds any. See `marts.cost_per_request.cost_upper_bound_usd`."""


class WastePerMonth(Row):
    """What would a month without this kind of waste return, and to whom?

    A request is in one class at most; the classes add up to no more than the whole cost.
    """

    table: ClassVar[str] = "marts.waste_per_month"
    key: ClassVar[tuple[str, ...]] = (
        "month",
        "waste_class",
        "provider",
        "model",
        "feature",
        "workflow",
        "customer_id",
        "prompt_name",
        "prompt_version",
    )
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    waste_class: str
    """As in `marts.failure_waste`."""
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
    prompt_name: str
    """Prompt template."""
    prompt_version: str
    """Version of the prompt template."""
    requests: int
    """Wasted requests."""
    waste_usd: Decimal | None
    """Sum of their known costs; None where none is known."""
    unpriced_requests: int
    """Those whose cost is unknown and therefore not in waste_usd."""
    waste_lower_bound_usd: Decimal
    """The least that all of them can have cost."""
    waste_upper_bound_usd: Decimal | None
    """The most that they can have cost, without the unbounded ones; None where all are."""
    unbounded_requests: int
    """Those of which nothing bounds the cost from above."""
    returned_lower_bound_usd: Decimal
    """The least that a month without this waste returns: all of it for a month that is over; in
    the first and the last month of the warehouse scaled from the days seen to the whole."""
    returned_upper_bound_usd: Decimal | None
    """The most that it returns."""


class RetryStorm(Row):
    """When was more than one request in twenty of a feature tried again or turned away?"""

    table: ClassVar[str] = "marts.retry_storms"
    key: ClassVar[tuple[str, ...]] = ("hour_at", "feature")
    is_daily: ClassVar[bool] = False

    hour_at: datetime
    """Beginning of the hour, UTC."""
    feature: str
    """The product feature; `(unattributed)` where none is known."""
    day: date
    """UTC date of the hour."""
    requests: int
    """All requests of the hour, attempts included."""
    retried_requests: int
    """Those after which the call was tried again."""
    throttled_requests: int
    """Requests that the provider answered with HTTP 429; where only a span tells of them, whether
    they were tried again is not known."""
    struck_requests: int
    """Requests that were retried, throttled or both."""
    struck_pct: Decimal
    """They as a percentage of requests."""
    struck_low_pct: Decimal
    """Low end of that share's 95 % interval (Wilson): above 5 it is no accident of few requests."""
    waste_lower_bound_usd: Decimal
    """The least that the retried ones can have cost."""
    waste_upper_bound_usd: Decimal | None
    """The most, without the unbounded ones; None where all are."""
    unbounded_requests: int
    """Retried ones of which nothing bounds the cost from above."""


class RetryDepth(_Bounds):
    """How many attempts do calls take, and what do the ones that were not used cost?"""

    table: ClassVar[str] = "marts.retry_depth"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "provider", "model", "attempts")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where none is known."""
    provider: str
    """Who makes the model; the first by alphabet where a call fell back to another."""
    model: str
    """Canonical model key, likewise; `(unattributed)` where none is known."""
    attempts: int
    """Requests that one call took."""
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


class ToolCall(Row):
    """One call of a tool by an agent, as its span tells."""

    table: ClassVar[str] = "steps.tool_calls"
    key: ClassVar[tuple[str, ...]] = ("trace_id", "span_id")
    is_daily: ClassVar[bool] = False

    trace_id: str
    """W3C trace id."""
    span_id: str
    """Its own span."""
    agent_span_id: str
    """The span above it, past a step that holds only tool calls; its own where there is none."""
    day: date
    """UTC date; that of a neighbouring day where the trace passes midnight."""
    started_at: datetime
    """UTC start."""
    tool_name: str
    """The tool."""
    input_hash: str
    """Digest of what the tool was given."""


class AgentLoop(Daily):
    """Which agent runs gave one tool the same input again and again, and what did that cost?

    Told by spans of tool calls that carry the tool's name and its input; of the input only a digest
    is kept. A loop's cost is no waste class of its own: its requests may be in one already.
    """

    table: ClassVar[str] = "marts.agent_loops"
    key: ClassVar[tuple[str, ...]] = ("day", "trace_id", "agent_span_id", "tool_name", "input_hash")

    trace_id: str
    """Trace of the agent's run."""
    agent_span_id: str
    """The span that the tool calls hang below, past steps of an agent that hold nothing else; a
    tool call without one is alone."""
    tool_name: str
    """The tool."""
    input_hash: str
    """Digest of what the tool was given."""
    workflow_run_id: str | None
    """One user action; None where no request of the loop is known."""
    workflow: str
    """Name of the workflow; as the dimensions below `(unattributed)` where unknown."""
    feature: str
    """The product feature."""
    customer_id: str
    """Who is served."""
    tool_calls: int
    """How often the tool was given this input: three times or more; on the days beside this one
    too, where the run passes midnight."""
    first_call_at: datetime
    """UTC start of the first of these calls."""
    last_call_at: datetime
    """UTC start of the last."""
    requests: int
    """Requests of the day and trace that started after the first of these calls, up to the last:
    what the repetitions took."""
    cost_usd: Decimal
    """Their known cost."""
    unpriced_requests: int
    """Those whose cost is unknown and therefore not in cost_usd."""
    cost_lower_bound_usd: Decimal
    """The least that they can have cost."""
    cost_upper_bound_usd: Decimal | None
    """The most, without those that nothing bounds; None where there is none."""
