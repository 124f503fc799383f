"""What a user can say about allocation: `[allocation]` of `unitcost.toml`.

How cost is spread by these rules is SQL, in `sql/marts/allocated_cost.sql` and its steps.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Dimension = Literal["customer_id", "feature", "team", "workflow", "environment", "service_name"]
Metric = Literal["cost_usd", "requests", "calls", "prompt_tokens", "completion_tokens"]
Filter = Literal[
    "provider",
    "platform",
    "account_id",
    "model",
    "operation",
    "stage",
    "workflow",
    "task_type",
    "customer_id",
    "feature",
    "team",
    "environment",
    "service_name",
]


def _exact(given: object) -> object:
    """Refuse a number that TOML has already made binary: its further digits are lost."""
    if isinstance(given, float):
        raise ValueError(f'write it as text, so that every digit counts: "{given}"')
    return given


Exact = Annotated[Decimal, BeforeValidator(_exact)]
Money = Annotated[Exact, Field(max_digits=26, decimal_places=12)]

WHOLE = Decimal(1)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Target(_Part):
    """A receiver of a rule."""

    receiver: str
    share: Annotated[Exact, Field(ge=0, le=1, decimal_places=12)] | None = None
    """Its part of the pool, for `fixed`; the shares of a rule add up to 1."""
    up_to_usd: Annotated[Money, Field(ge=0)] | None = None
    """What it takes at most, for `waterfall`; without it everything that is left."""


class Rule(_Part):
    """One pool of cost and how it is spread; exactly one of the pools is named."""

    name: str
    method: Literal["even", "proportional", "fixed", "waterfall"]
    metric: Metric | None = None
    """What `proportional` goes by."""
    to: tuple[Target, ...] = ()
    """Receivers; for even and proportional every one that has requests of the day if not named."""
    monthly_usd: Money | None = None
    """Pool: a fee of this much a month, a part of it on each day."""
    daily_usd: Money | None = None
    """Pool: a fee of this much a day."""
    requests: dict[Filter, str] | None = None
    """Pool: what the requests cost that have all of these; `(unattributed)` is no value."""
    unused_commitments: Literal[True] | None = None
    """Pool: the part of commitments that no request used."""
    bill: dict[Literal["provider", "line_item", "cost_type", "charge_category"], str] | None = None
    """Pool: lines of the providers' cost reports that have all of these."""
    valid_from: date | None = None
    valid_to: date | None = None
    """Exclusive."""

    @property
    def is_fee(self) -> bool:
        """Whether it spreads a fee, which each day has, with records or without."""
        return self.monthly_usd is not None or self.daily_usd is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        for is_wrong, message in (*self._pool_claims(), *self._receiver_claims()):
            if is_wrong:
                raise ValueError(f"rule {self.name!r}: {message}")
        return self

    def _pool_claims(self) -> tuple[tuple[bool, str], ...]:
        pools = (
            self.monthly_usd,
            self.daily_usd,
            self.requests,
            self.unused_commitments,
            self.bill,
        )
        return (
            (
                sum(pool is not None for pool in pools) != 1,
                "name one pool: monthly_usd, daily_usd, requests, unused_commitments or bill",
            ),
            (self.requests == {} or self.bill == {}, "say which requests or lines"),
            (
                self.valid_from is not None and self.valid_from >= (self.valid_to or date.max),
                "valid_to is exclusive and must be after valid_from",
            ),
            (
                (self.method == "proportional") != (self.metric is not None),
                "metric goes with method proportional, and only with it",
            ),
        )

    def _receiver_claims(self) -> tuple[tuple[bool, str], ...]:
        named = [target.receiver for target in self.to]
        return (
            (len(set(named)) < len(named), "a receiver is named twice"),
            (
                self.method in ("fixed", "waterfall") and not self.to,
                f"{self.method} needs receivers in `to`",
            ),
            (
                (self.method == "fixed") != any(t.share is not None for t in self.to),
                "share goes with method fixed, and only with it",
            ),
            (
                self.method == "fixed" and sum(t.share or 0 for t in self.to) != WHOLE,
                "the shares must add up to 1",
            ),
            (
                self.method != "waterfall" and any(t.up_to_usd is not None for t in self.to),
                "up_to_usd goes with method waterfall only",
            ),
            (
                self.method == "waterfall" and any(t.up_to_usd is None for t in self.to[:-1]),
                "only the last receiver of a waterfall may be without up_to_usd",
            ),
        )

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return (self.valid_from or date.min) <= day < (self.valid_to or date.max)


class AllocationSettings(_Part):
    """`[allocation]`: who receives, and the rules, of which the first takes a request's cost."""

    receivers: Dimension = "customer_id"
    """The dimension whose values receive."""
    rules: tuple[Rule, ...] = ()
    calibration_band_pct: Annotated[Decimal, Field(ge=0, le=100, decimal_places=6)] = Decimal(5)
    """How far a bill may be from what was metered for metered cost to be scaled to it."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = Counter(rule.name for rule in self.rules)
        if repeated := [name for name, count in names.items() if count > 1]:
            message = f"two rules are called {repeated[0]!r}; give each a name of its own"
            raise ValueError(message)
        return self
