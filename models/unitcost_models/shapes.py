"""The marts of the shape of use: calls of an action, tokens a minute, kinds of call, long answers.

All but the busiest minutes are made of all days when they are read. What caches do is in
`profiles`, what prompts do in `prompts`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class FanOut(Row):
    """How many calls does one user action make, and which stage costs?"""

    table: ClassVar[str] = "marts.fan_out"
    key: ClassVar[tuple[str, ...]] = ("month", "workflow", "stage")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    workflow: str
    """Name of the workflow; `(unattributed)` where unknown."""
    stage: str
    """Step inside the workflow; `(unattributed)` where unknown."""
    runs: int
    """Runs of the workflow that began in the month."""
    calls: int
    """What the application asked for in this stage."""
    requests: int
    """Requests, attempts included."""
    calls_per_run: Decimal
    """Calls of this stage for each run of the workflow."""
    most_calls: int
    """The most that one run made."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    share_of_workflow_pct: Decimal | None
    """cost_usd as a percentage of the workflow's."""


class TokensPerMinute(Row):
    """How near to a rate limit does a model run?"""

    table: ClassVar[str] = "marts.tokens_per_minute"
    key: ClassVar[tuple[str, ...]] = ("day", "provider", "model")

    day: date
    """UTC date."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    busy_minutes: int
    """Minutes in which a request started."""
    requests: int
    """Requests, attempts included."""
    prompt_tokens: int
    """All input known, cached included."""
    completion_tokens: int
    """All output known, reasoning included."""
    peak_at: datetime
    """Its busiest minute by tokens, UTC."""
    peak_prompt_tokens: int
    """Prompt tokens of requests that started in it."""
    peak_completion_tokens: int
    """Their completion tokens."""


class CallShape(Row):
    """Which few kinds of call make most of the volume?"""

    table: ClassVar[str] = "marts.call_shapes"
    key: ClassVar[tuple[str, ...]] = (
        "month",
        "feature",
        "provider",
        "model",
        "prompt_size_tokens",
        "completion_size_tokens",
    )
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    prompt_size_tokens: int
    """Largest power of two that is no more than the prompt; 0 for none."""
    completion_size_tokens: int
    """The same of the answer."""
    volume_rank: int
    """1 for the shape with most requests of the month."""
    is_top_fifth: bool
    """Whether it is among the top 20 % of the month's shapes by volume."""
    requests: int
    """Requests, attempts included."""
    share_of_requests_pct: Decimal
    """requests as a percentage of the month's."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""


class Verbosity(Row):
    """How long are answers by kind of task, and how much of them is thinking?"""

    table: ClassVar[str] = "marts.verbosity"
    key: ClassVar[tuple[str, ...]] = ("month", "task_type", "provider", "model")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    task_type: str
    """Kind of task; `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the name."""
    requests: int
    """Requests, attempts included."""
    completion_per_request: Decimal
    """Completion tokens of a request, mean."""
    p50_completion_tokens: int
    """Median, nearest rank."""
    p95_completion_tokens: int
    """95th percentile."""
    longest_completion_tokens: int
    """The longest."""
    reasoning_pct: Decimal
    """Thinking tokens as a percentage of completion tokens, where the source splits them."""
    completion_cost_usd: Decimal | None
    """Cost of the answers, reasoning included."""
