"""What is agreed with a provider beside prices: commitments and allowances, and their use.

Prices are in `prices` and `contracts`, credits in `credits`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from unitcost_models.base import Row
from unitcost_models.prices import price_per_unit, utc_moment


class Agreement(Row):
    """What a line of each of these files says; an empty cell is None."""

    is_daily: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _read_bounds(cls, cells: dict[str, Any]) -> dict[str, Any]:
        named = [b for b in ("valid_from", "valid_to") if b in cls.model_fields]
        return cells | {bound: utc_moment(bound, cells.get(bound)) for bound in named}

    @model_validator(mode="after")
    def _check_interval(self) -> Self:
        start, end = getattr(self, "valid_from", None), getattr(self, "valid_to", None)
        if start is not None and end is not None and start >= end:
            message = "valid_from is not before valid_to; an interval is [valid_from, valid_to)"
            raise ValueError(message)
        return self


class Commitment(Agreement):
    """Capacity that is paid by the period, used or not; a line of `commitments.csv`."""

    table: ClassVar[str] = "core.commitments"
    key: ClassVar[tuple[str, ...]] = ("commitment_id",)

    commitment_id: str
    account_id: str
    """Who may use it, as `core.requests.account_id` names it; `*` for every account."""
    provider: str
    platform: str
    """`*` for every platform."""
    region_scope: str
    """As requests name it; `*` for every one."""
    model_key: str
    """Canonical model, `family:<name>`, or `*` for every model of the provider."""
    service_tier: str
    """The tier as served of the requests that it covers, usually `provisioned`."""
    kind: Literal["provisioned_throughput", "committed_use", "reserved"]
    unit_price: str
    """Plain decimal text: one unit for one period."""
    currency: Literal["USD"]
    period: Literal["hour", "day", "month"]
    """What is paid: hours, UTC days or UTC calendar months, by the time the commitment runs."""
    units: int = Field(gt=0)
    """How many are bought."""
    capacity_tokens_per_minute: int | None = Field(gt=0)
    """What all units together serve; None where nobody says."""
    valid_from: datetime
    """Inclusive."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    recorded_on: date
    """When the book learnt it."""
    source: str
    """Where it is written down: the order, its number, its date."""
    note: str | None
    price_per_unit: Decimal
    """Of one unit for one period, exact."""
    source_file: str
    source_line: int

    @model_validator(mode="before")
    @classmethod
    def _read_price(cls, cells: dict[str, Any]) -> dict[str, Any]:
        return cells | {"price_per_unit": price_per_unit(cells.get("unit_price"), 1)}


class CommitmentUse(Row):
    """What a commitment cost on a UTC day and how much of it requests used."""

    table: ClassVar[str] = "core.commitment_use"
    key: ClassVar[tuple[str, ...]] = ("day", "commitment_id")

    day: date
    commitment_id: str
    provider: str
    platform: str
    """`*` for every platform."""
    account_id: str
    """`*` for every account."""
    kind: str
    cost_usd: Decimal
    """The day's share of the period's price; used + unused."""
    used_cost_usd: Decimal
    """The part that requests bear, as `core.request_costs.commitment_cost_usd`."""
    unused_cost_usd: Decimal
    """The part that no request used: a line of its own, on no request."""
    requests: int
    """Requests that it covers."""
    covered_tokens: int
    """Their known input and output, cached input included."""
    utilization_pct: Decimal | None
    """Tokens as a percentage of the day's capacity, which may be above 100; None where the
    capacity is not told."""


class Allowance(Agreement):
    """A quantity that a provider does not charge, per account and period; a line of
    `allowances.csv`."""

    table: ClassVar[str] = "core.allowances"
    key: ClassVar[tuple[str, ...]] = ("allowance_id",)

    allowance_id: str
    provider: str
    platform: str
    """`*` for every platform."""
    model_key: str
    """Canonical model, `family:<name>` whose models share it, or `*` for every model."""
    meters: str
    """The meters that share it, with spaces between them."""
    quantity: Decimal
    """In the unit of the meters."""
    period: Literal["day", "month"]
    time_zone: str
    """IANA name of the clock by which the period begins."""
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    recorded_on: date
    """When the book learnt it."""
    source: str
    note: str | None
    source_file: str
    source_line: int


class AccountAllowance(Agreement):
    """An account whose whole use is in the logs, so that its allowance can be deducted; a line of
    `account_allowances.csv`."""

    table: ClassVar[str] = "core.account_allowances"
    key: ClassVar[tuple[str, ...]] = ("account_id", "allowance_id", "valid_from")

    account_id: str
    """As `core.requests.account_id` names it; `*` for every account, each with its own."""
    allowance_id: str
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    recorded_on: date
    """When the book learnt it."""
    source_file: str
    source_line: int


class AllowanceUse(Row):
    """What an account used of an allowance on a UTC day; days of one period add up."""

    table: ClassVar[str] = "core.allowance_use"
    key: ClassVar[tuple[str, ...]] = ("day", "account_id", "allowance_id", "period_start")

    day: date
    account_id: str
    """`(unattributed)` where requests do not name theirs."""
    allowance_id: str
    period_start: date
    """First day of the period by the provider's clock."""
    allowed_quantity: Decimal
    """Of the whole period, as the column that counts it (containers: minutes)."""
    quantity: Decimal
    """What the day's billed requests used."""
    free_quantity: Decimal
    """The part of it that was not charged."""


class AllowanceBefore(Row):
    """What an account used of an allowance on the days before the one that is built."""

    table: ClassVar[str] = "steps.allowance_before"
    key: ClassVar[tuple[str, ...]] = ("account_id", "allowance_id", "period_start")
    is_daily: ClassVar[bool] = False

    account_id: str
    allowance_id: str
    period_start: date
    quantity: Decimal
