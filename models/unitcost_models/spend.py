"""The marts that add requests up by day and one dimension: what it used and what it cost.

Marts with a grain of their own (requests, runs, waste, tasks) are in `marts.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class Daily(Row):
    """A row of one UTC day."""

    day: date
    """UTC date on which the requests started; their cost is always on this day."""


class Spend(Row):
    """What a group of requests used and cost; the same columns, made the same way, in each mart.

    Summed over a day's groups, every count, token and cost column equals the same sum over
    `marts.cost_per_request`, to the last digit.
    """

    requests: int
    """Calls to a model API as they went over the wire, attempts included."""
    calls: int
    """What the application asked for: counted where the final attempt is."""
    failed_requests: int
    """Requests without a whole answer: error, timeout, cancelled or incomplete."""
    unknown_usage_requests: int
    """Requests that were or may be billed and whose usage is missing, partial or estimated."""
    input_tokens: int
    """Text input neither read from nor written to a cache; as every token column here, what is
    known of it (see unknown_usage_requests)."""
    cache_read_tokens: int
    """Text input served from a prompt cache."""
    cache_write_tokens: int
    """Input written to a prompt cache, all lifetimes."""
    input_media_tokens: int
    """Audio and image input, cached or not."""
    output_tokens: int
    """Visible text output."""
    reasoning_tokens: int
    """Thinking output, where the source splits it."""
    output_media_tokens: int
    """Audio and image output."""
    prompt_tokens: int
    """All input, cached and written included."""
    completion_tokens: int
    """All output, reasoning included."""
    cost_usd: Decimal
    """Sum of the known costs; a lower bound where unpriced_requests is not 0."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_per_request_usd: Decimal | None
    """cost_usd per priced request; None where none is priced."""
    share_of_day_pct: Decimal | None
    """cost_usd as a percentage of the day's; None where the day cost nothing."""


class _ByWorkflow(Daily):
    workflow: str
    """Name of the workflow; `(unattributed)` where none is known."""


class CostPerWorkflow(Spend, _ByWorkflow):
    """What a workflow cost on a day, and what one run of it costs."""

    table: ClassVar[str] = "marts.cost_per_workflow"
    key: ClassVar[tuple[str, ...]] = ("day", "workflow")

    runs: int
    """Runs that started on this day; a run over midnight is counted once."""
    calls_per_run: Decimal | None
    """Calls made in runs, per run; None where no run started."""
    cost_per_run_usd: Decimal | None
    """Cost of the requests that belong to runs, per run; a lower bound where unpriced_requests is
    not 0; None where no run started or nothing is priced."""
    p50_run_cost_usd: Decimal | None
    """Median (nearest rank) of the day's cost of the runs that started on it, among those with
    a priced request."""
    p95_run_cost_usd: Decimal | None
    """95th percentile of the same."""


class _ByFeature(Daily):
    feature: str
    """The product feature; `(unattributed)` where none is known."""


class CostPerFeature(Spend, _ByFeature):
    """What a product feature used and cost on a day."""

    table: ClassVar[str] = "marts.cost_per_feature"
    key: ClassVar[tuple[str, ...]] = ("day", "feature")


class _ByCustomer(Daily):
    customer_id: str
    """Who is served; `(unattributed)` where nobody is known."""


class CustomerSpend(Spend, _ByCustomer):
    """What a customer used and cost on a day."""

    table: ClassVar[str] = "marts.customer_spend"
    key: ClassVar[tuple[str, ...]] = ("day", "customer_id")


class CostPerCustomer(Spend, _ByCustomer):
    """What a customer used, cost and brought on a day.

    A customer with revenue and no request on a day has a row with 0 requests. It is made when it
    is read, since revenue may be in a currency whose rate is revised.
    """

    table: ClassVar[str] = "marts.cost_per_customer"
    key: ClassVar[tuple[str, ...]] = ("day", "customer_id")
    is_daily: ClassVar[bool] = False

    revenue_usd: Decimal | None
    """Revenue of the day; None where it is not known."""
    margin_usd: Decimal | None
    """revenue_usd minus cost_usd; an upper bound where unpriced_requests is not 0."""
    margin_pct: Decimal | None
    """margin_usd as a percentage of revenue_usd; None where that is not known or not positive."""


class _ByStage(Daily):
    stage: str
    """Step inside the workflow; `(unattributed)` where none is known."""


class CostPerStage(Spend, _ByStage):
    """What a step (embedding, retrieval, inference, ...) used and cost on a day."""

    table: ClassVar[str] = "marts.cost_per_stage"
    key: ClassVar[tuple[str, ...]] = ("day", "stage")


class _ByUser(_ByCustomer):
    user_id: str
    """The person or agent inside the customer; `(unattributed)` where nobody is known."""


class CostPerUser(Spend, _ByUser):
    """What a user used and cost on a day; user ids may repeat from customer to customer."""

    table: ClassVar[str] = "marts.cost_per_user"
    key: ClassVar[tuple[str, ...]] = ("day", "customer_id", "user_id")


class _ByTeam(Daily):
    team: str
    """The team that owns the spend; `(unattributed)` where none is known."""


class CostPerTeam(Spend, _ByTeam):
    """What a team used and cost on a day."""

    table: ClassVar[str] = "marts.cost_per_team"
    key: ClassVar[tuple[str, ...]] = ("day", "team")


class _ByTaskType(Daily):
    task_type: str
    """Kind of task, as attributed to the request; `(unattributed)` where none is known."""


class CostPerTaskType(Spend, _ByTaskType):
    """What the requests of a kind of task used and cost on a day."""

    table: ClassVar[str] = "marts.cost_per_task_type"
    key: ClassVar[tuple[str, ...]] = ("day", "task_type")


class _ByModel(Daily):
    provider: str
    """Who makes the model."""
    platform: str
    """Who serves it."""
    model: str
    """Canonical model key; `(unattributed)` where no rule resolves the model's name."""


class CostPerModel(Spend, _ByModel):
    """What a model used and cost on a day at each platform that serves it."""

    table: ClassVar[str] = "marts.cost_per_model"
    key: ClassVar[tuple[str, ...]] = ("day", "provider", "platform", "model")


class _ByAccount(Daily):
    provider: str
    """Who makes the models."""
    platform: str
    """Who serves them."""
    account_id: str
    """The provider account that was billed; `(unattributed)` where requests do not name theirs."""


class CostPerAccount(Spend, _ByAccount):
    """What an account at a provider used and cost on a day, and what its agreements changed."""

    table: ClassVar[str] = "marts.cost_per_account"
    key: ClassVar[tuple[str, ...]] = ("day", "provider", "platform", "account_id")

    list_cost_usd: Decimal
    """At list prices, nothing deducted; as the next, of the requests that have such a cost."""
    contracted_cost_usd: Decimal
    """At the account's agreed prices, allowances deducted, commitments not."""


class _ByPromptVersion(Daily):
    prompt_name: str
    """Prompt template; `(unattributed)` where none is known."""
    prompt_version: str
    """Version of the template; `(unattributed)` where none is known."""


class CostPerPromptVersion(Spend, _ByPromptVersion):
    """What a version of a prompt template used and cost on a day."""

    table: ClassVar[str] = "marts.cost_per_prompt_version"
    key: ClassVar[tuple[str, ...]] = ("day", "prompt_name", "prompt_version")
