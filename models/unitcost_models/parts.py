"""Daily parts of requests that marts over all days add up, so that a question reads few rows a day.

Sums, counts, least and largest, never an average or a share: a part holds what adds up.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.marts import FailureWaste
from unitcost_models.spend import Daily


class RequestsByHour(Daily):
    """What did the requests of an hour use and cost, by feature, model, prompt and kind of spend?

    Behind marts.cache_hits, cost_kinds, prompt_growth, retry_storms and token_profile.
    """

    table: ClassVar[str] = "marts.requests_by_hour"
    key: ClassVar[tuple[str, ...]] = (
        "hour_at",
        "feature",
        "provider",
        "model",
        "prompt_name",
        "prompt_version",
        "spend_kind",
        "is_prompted",
        "is_priced",
        "is_billed",
    )

    hour_at: datetime
    """Beginning of the hour, UTC."""
    feature: str
    """The product feature; as model, prompt and version `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key."""
    prompt_name: str
    """Prompt template."""
    prompt_version: str
    """Version of the prompt template."""
    spend_kind: str
    """As in `marts.cost_kinds`."""
    is_prompted: bool
    """Whether the requests have prompt tokens."""
    is_priced: bool
    """Whether their costs are known."""
    is_billed: bool
    """Whether their usage is reported, their costs are known, and they were billed."""
    requests: int
    """Requests, attempts included."""
    first_request_at: datetime
    """UTC start of the first."""
    prompt_tokens: int
    """All their known input, cached and written included."""
    shortest_prompt_tokens: int | None
    """Prompt tokens of the shortest; None where none is known."""
    longest_prompt_tokens: int | None
    """Prompt tokens of the longest."""
    completion_tokens: int
    """All their known output, reasoning included."""
    cache_read_tokens: int
    """Input served from a prompt cache."""
    cache_write_tokens: int
    """Input written to a prompt cache, all lifetimes."""
    prompt_cost_usd: Decimal | None
    """Cost of the prompts, cached and written included; None where none is known."""
    completion_cost_usd: Decimal | None
    """Cost of the output; None where none is known."""
    cost_usd: Decimal | None
    """Their whole cost; None where it is not known."""
    retried_requests: int
    """Those after which the call was tried again."""
    throttled_requests: int
    """Those that the provider answered with HTTP 429."""
    struck_requests: int
    """Those that were retried, throttled or both."""
    retried_lower_bound_usd: Decimal | None
    """The least that the retried ones can have cost; None where there is none."""
    retried_upper_bound_usd: Decimal | None
    """The most, without the unbounded ones; None where there is no other."""
    unbounded_requests: int
    """Retried ones of which nothing bounds the cost from above."""


class RequestsBySize(Daily):
    """What did requests of about this size cost?

    Behind marts.call_shapes and context_sizes.
    """

    table: ClassVar[str] = "marts.requests_by_size"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "feature",
        "provider",
        "model",
        "is_reported",
        "from_prompt_tokens",
        "prompt_size_tokens",
        "completion_size_tokens",
    )

    feature: str
    """The product feature; as the model `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key."""
    is_reported: bool
    """Whether the provider reported the usage whole."""
    from_prompt_tokens: int | None
    """Least prompt of the size, as in `marts.context_sizes`; None where the prompt is unknown."""
    prompt_size_tokens: int
    """Prompt tokens down to a power of two, as in `marts.call_shapes`; 0 where there are none."""
    completion_size_tokens: int
    """Completion tokens down to a power of two."""
    requests: int
    """All requests, attempts included."""
    prompt_tokens: int
    """All their known input, cached and written included."""
    cost_usd: Decimal
    """Sum of their known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""


class AnswersByLength(Daily):
    """How many answers were this long, and how much of them was thinking?

    Of requests that were answered, whole or cut off. Behind marts.verbosity.
    """

    table: ClassVar[str] = "marts.answers_by_length"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "task_type",
        "provider",
        "model",
        "completion_tokens",
    )

    task_type: str
    """Kind of task; as the model `(unattributed)` where unknown."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key."""
    completion_tokens: int
    """Known output of each, reasoning included."""
    requests: int
    """Answers of that length, attempts included."""
    reasoning_tokens: int
    """Thinking tokens of all of them, where the source splits them."""
    completion_cost_usd: Decimal | None
    """Cost of all of them; None where none is known."""


class RetrievalPrompts(Daily):
    """How long were the prompts of runs that retrieve, and did their tasks succeed?

    Priced and billed inference calls with a known prompt, of runs that embed, retrieve or rerank on
    the day. Behind marts.retrieval_padding.
    """

    table: ClassVar[str] = "marts.retrieval_prompts"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "feature",
        "workflow",
        "provider",
        "model",
        "prompt_tokens",
    )

    feature: str
    """The product feature; as workflow and model `(unattributed)` where unknown."""
    workflow: str
    """The workflow."""
    provider: str
    """Who makes the model."""
    model: str
    """Canonical model key."""
    prompt_tokens: int
    """Prompt tokens of each call, cached and written included."""
    runs: int
    """Runs whose shortest prompt of the feature, workflow and model this is."""
    requests: int
    """Calls of that length, attempts included."""
    prompt_cost_usd: Decimal | None
    """Cost of these prompts: fresh, read from and written to caches; None where none is known."""
    succeeded_requests: int
    """Calls for tasks that succeeded."""
    judged_requests: int
    """Calls for tasks that succeeded or failed."""


class WasteByPrompt(FailureWaste):
    """Spend of a day that bought nothing, by prompt version too.

    Behind marts.failure_waste and waste_per_month.
    """

    table: ClassVar[str] = "marts.waste_by_prompt"
    key: ClassVar[tuple[str, ...]] = (*FailureWaste.key, "prompt_name", "prompt_version")

    prompt_name: str
    """Prompt template; `(unattributed)` where unknown."""
    prompt_version: str
    """Version of the prompt template."""
