"""Allocation: the rules in force on a day, and what they give to whom."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.spend import Daily


class AllocationRule(Row):
    """A rule of `[allocation]` that is in force on the day being built; number 0 is direct cost."""

    table: ClassVar[str] = "core.allocation_rules"
    key: ClassVar[tuple[str, ...]] = ("rule_no",)
    is_daily: ClassVar[bool] = False

    rule_no: int
    """Place among the rules; a request's cost is spread by the first that takes it."""
    rule_name: str
    receivers: str
    """Dimension whose values receive."""
    pool_kind: str
    """direct, fee, requests, unused_commitments or bill."""
    fee_usd: Decimal | None
    """The day's part of a fee."""
    method: str | None
    """even, proportional, fixed or waterfall."""
    metric: str | None
    """What proportional goes by."""
    filter_count: int
    """How many filters a request or a line must pass."""


class AllocationFilter(Row):
    """What a request or a line of a bill must have to be in a rule's pool."""

    table: ClassVar[str] = "core.allocation_filters"
    key: ClassVar[tuple[str, ...]] = ("rule_no", "filtered_column")
    is_daily: ClassVar[bool] = False

    rule_no: int
    filtered_column: str
    wanted_text: str


class AllocationTarget(Row):
    """A receiver that a rule names."""

    table: ClassVar[str] = "core.allocation_targets"
    key: ClassVar[tuple[str, ...]] = ("rule_no", "receiver")
    is_daily: ClassVar[bool] = False

    rule_no: int
    receiver: str
    place: int
    """Order of a waterfall."""
    share_trillionths: int | None
    """Of a pool that is spread by fixed shares; they add up to 1,000,000,000,000."""
    up_to_usd: Decimal | None
    """What it takes of a waterfall at most; None takes what is left."""


class CalibrationBand(Row):
    """How far a bill may be from what was metered for metered cost to be scaled to it."""

    table: ClassVar[str] = "core.calibration_band"
    key: ClassVar[tuple[str, ...]] = ("band_pct",)
    is_daily: ClassVar[bool] = False

    band_pct: Decimal
    """Either way, of what was metered; `calibration_band_pct` of `[allocation]`."""


class AllocatedCost(Daily):
    """What a receiver's own requests cost on a day, and what each rule takes from and gives to it.

    Full cost = direct - given + allocated. Over a rule, allocated is the pool, to the last digit.
    Direct cost is that of `marts.cost_per_request`; no rule changes it.
    """

    table: ClassVar[str] = "marts.allocated_cost"
    key: ClassVar[tuple[str, ...]] = ("day", "rule_no", "receiver")

    rule_no: int
    """Place among the rules of `[allocation]`; 0 for direct cost."""
    rule_name: str
    """`(direct)` for direct cost."""
    receivers: str
    """Dimension whose values receive: customer_id, feature, team, ..."""
    receiver: str
    """Value of it; `(unattributed)` where a request has none, `(unallocated)` for the part of a
    pool that nobody could receive."""
    pool_kind: str
    """direct, fee, requests, unused_commitments or bill."""
    direct_cost_usd: Decimal
    """What its requests cost; 0 beside a rule."""
    given_cost_usd: Decimal
    """The part of its direct cost that the rule spreads."""
    allocated_cost_usd: Decimal
    """What the rule gives to it."""
    full_cost_usd: Decimal
    """direct - given + allocated: add it up over the rules."""
    unpriced_requests: int
    """Of its direct cost: requests whose cost is unknown and therefore in no column."""


class CalibratedCost(Daily):
    """What a model's requests cost on a day as metered, and scaled to what the provider billed.

    Only for days of which the provider has told a final cost, credits and tax apart, and while the
    two differ by no more than `calibration_band_pct` of `[allocation]`, 5 % by default: what
    differs more has a cause, which scaling would hide.
    """

    table: ClassVar[str] = "marts.calibrated_cost"
    key: ClassVar[tuple[str, ...]] = ("day", "provider", "platform", "model")

    provider: str
    platform: str
    """`(unattributed)` where unknown, as model."""
    model: str
    metered_cost_usd: Decimal
    """Sum of the known costs of its requests."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore in neither cost."""
    billed_day_cost_usd: Decimal | None
    """What the report of who bills says of the day, all models of the platform and, of a cloud, of
    all makers; None where it says nothing final."""
    deviation_pct: Decimal | None
    """billed less metered as a percentage of metered, all models of the day."""
    is_within_band: bool | None
    """Whether the deviation is within the band; None where nothing can be compared."""
    calibrated_cost_usd: Decimal | None
    """Its part of what was billed, in proportion to what was metered; the models' parts are the
    bill to the last digit. None outside the band and where nothing was billed."""
