"""What is learnt of closed months' revenue: as known now, the adjustments, both readings in USD.

The adjustments of cost are in `closing.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row, table_of
from unitcost_models.raw_revenue import Revenue


class RestatedRevenue(Revenue):
    """Revenue of a closed day as it was known when the day was last adjusted.

    Only days with revenue adjustments are here; the others are as they were reported.
    """

    table: ClassVar[str] = "core.restated_revenue"


ReportedRevenue = table_of(
    Revenue, "steps.reported_revenue", "Revenue of a day as reported, earlier adjustments included."
)
PublishedRevenue = table_of(
    Revenue, "steps.published_revenue", "Revenue of a day as its tables hold it."
)


class RevenueAdjustment(Row):
    """Revenue that came or changed after its month was closed, in the currency it was billed in.

    For each customer, plan, feature and currency, what a closed day reported and its adjustments
    add up to what is known now, to the last digit.
    """

    table: ClassVar[str] = "core.revenue_adjustments"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "posting_no",
        "adjusted_day",
        "customer_id",
        "plan",
        "feature",
        "currency",
    )

    day: date
    """UTC date, in an open month, to which the difference is posted."""
    month: str
    """The closed month, YYYY-MM, whose revenue it corrects."""
    adjusted_day: date
    """UTC date that has the share of what was billed."""
    customer_id: str
    """Who pays."""
    plan: str
    """The plan it pays for; `(unattributed)` where not told."""
    feature: str
    """The feature it pays for; `(unattributed)` where not told."""
    currency: str
    """ISO code."""
    before_revenue: Decimal
    """As reported, earlier adjustments included; 0 where nothing was."""
    after_revenue: Decimal
    """As known now."""
    amount_revenue: Decimal
    """after_revenue less before_revenue."""
    posting_no: int
    """Counts the postings, as in core.adjustments; see meta.postings."""
    posted_on: date
    """UTC date of the run that posted it."""


class RevenueAsKnown(Row):
    """What customers paid for a month: as its books say, and as it is known now."""

    table: ClassVar[str] = "marts.revenue_as_known"
    key: ClassVar[tuple[str, ...]] = ("month", "customer_id", "plan", "feature")
    is_daily: ClassVar[bool] = False

    month: str
    """YYYY-MM."""
    customer_id: str
    """Who pays."""
    plan: str
    """The plan it pays for; `(unattributed)` where not told."""
    feature: str
    """The feature it pays for; `(unattributed)` where not told."""
    booked_revenue_usd: Decimal | None
    """As published, a closed month at the rates of its closing; None where one is missing."""
    revenue_usd: Decimal | None
    """With what was posted later for the month, at the rates known now; None where one is
    missing."""
    unconverted_amounts: int
    """Shares of days in a currency of which no rate is known now."""
