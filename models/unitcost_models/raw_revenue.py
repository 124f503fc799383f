"""raw.revenue and core.revenue: what customers pay, as delivered and day by day.

Costs and margins are not here.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.shared import Provenance


class RawRevenue(Provenance):
    """One delivered amount for one customer and period."""

    table: ClassVar[str] = "raw.revenue"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """Digest of the record's content."""
    day: date
    """The period's last day."""
    customer_id: str
    period_start: date
    """First day, included."""
    period_end: date
    """Last day, included."""
    billed_revenue: Decimal
    """Exact amount of the whole period, in `currency`; negative for a credit."""
    currency: str
    """ISO code."""
    invoice_id: str | None
    line_id: str | None
    plan: str | None
    """What was bought: a plan, a tier, a price point."""
    feature: str | None
    """The product feature that it pays for, where it is sold by itself."""
    recorded_at: datetime | None
    """When the amount was stated; the latest statement of an invoice line holds."""


class Revenue(Row):
    """A customer's revenue of one day by what it pays for: its periods spread evenly, exactly.

    It is in the currency in which it was billed; `marts.revenue` has it in USD, when it is read.
    """

    table: ClassVar[str] = "core.revenue"
    key: ClassVar[tuple[str, ...]] = ("day", "customer_id", "plan", "feature", "currency")

    day: date
    customer_id: str
    plan: str
    """The plan it pays for; `(unattributed)` where not told."""
    feature: str
    """The feature it pays for; `(unattributed)` where not told."""
    currency: str
    """ISO code."""
    billed_revenue: Decimal
    """Summed over the days of a period it equals the period's amount."""
    amounts: int
    """Amounts of which the day has a share."""
