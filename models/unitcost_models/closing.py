"""What is learnt of closed months: their requests as known now, and the adjustments posted.

That a month is closed, and what it consists of, is in `closed_months`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class KnownRequest(Row):
    """What tells whether a request's cost changed, and why."""

    request_id: str
    day: date
    """UTC date on which the request started."""
    provider: str
    """Who makes the model."""
    model: str | None
    """Canonical model key."""
    feature: str | None
    """The product feature."""
    workflow: str | None
    """Name of the workflow."""
    customer_id: str | None
    """Who is served."""
    usage_digest: str
    """Of every quantity that is billed, and of how it is known."""
    cost_usd: Decimal | None
    """As in core.request_costs."""
    unpriced_reason: str | None
    """Why cost_usd is None."""
    price_ids: str | None
    """The price rows used, comma separated, sorted."""
    price_revision: str
    """Revision of the price book that priced it."""
    source_format: str | None
    """Format of the file that told of it first; None where an older version wrote the row."""
    source_file: str | None
    """That file."""
    source_line: int | None
    """Its line."""


class RestatedRequest(KnownRequest):
    """One request of a closed day as it was known when the day was last adjusted.

    Only days with adjustments are here; the others are as they were reported.
    """

    table: ClassVar[str] = "core.restated_requests"
    key: ClassVar[tuple[str, ...]] = ("request_id",)


class ReportedRequest(KnownRequest):
    """One request of a day as reported, earlier adjustments included."""

    table: ClassVar[str] = "steps.reported_requests"
    key: ClassVar[tuple[str, ...]] = ("request_id",)


class PublishedRequest(KnownRequest):
    """One request of a day as its tables hold it, adjustments left out."""

    table: ClassVar[str] = "steps.published_requests"
    key: ClassVar[tuple[str, ...]] = ("request_id",)


class PostingDay(Row):
    """The one posting being made: its number and its days."""

    table: ClassVar[str] = "steps.posting"
    key: ClassVar[tuple[str, ...]] = ("posting_no",)

    posting_no: int
    day: date
    posted_on: date


class Adjustment(Row):
    """A difference between what a closed day's requests cost and what was reported.

    A closed day's reported cost and its adjustments add up to what it costs as known now, to the
    last digit, for each provider, model, feature, workflow and customer.
    """

    table: ClassVar[str] = "core.adjustments"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "posting_no",
        "adjusted_day",
        "cause",
        "provider",
        "model",
        "feature",
        "workflow",
        "customer_id",
    )

    day: date
    """UTC date, in an open month, to which the difference is posted."""
    month: str
    """The closed month, YYYY-MM, whose cost it corrects."""
    adjusted_day: date
    """UTC date on which the requests started."""
    cause: str
    """price: the same request at another price. late_records: a request not reported before.
    recounted: other tokens, another attribution, or a request that is no longer one."""
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
    requests: int
    """Requests whose cost or attribution changed."""
    requests_before: int
    """Those of them that were reported here."""
    requests_after: int
    """Those of them that belong here."""
    unpriced_before: int
    """Reported without a cost: 0 in before_usd."""
    unpriced_after: int
    """Still or newly without a cost: 0 in after_usd."""
    before_usd: Decimal
    """What they were reported to cost, earlier adjustments included."""
    after_usd: Decimal
    """What they cost as known now."""
    amount_usd: Decimal
    """after_usd less before_usd: what this row adds to the books."""
    price_revision: str
    """Revision of the price book behind after_usd."""
    posting_no: int
    """Counts the postings: the rows that one run posted share it; see meta.postings."""
    posted_on: date
    """UTC date of the run that posted it."""


class _MonthlyCost(Row):
    """Cost of a month by the dimensions of an adjustment."""

    month: str
    """YYYY-MM."""
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
    booked_cost_usd: Decimal
    """Known cost of the month's requests, as published."""


_MONTHLY_KEY = ("month", "provider", "model", "feature", "workflow", "customer_id")


class CostAsReported(_MonthlyCost):
    """What each month's books say: later findings are in the month that learnt them."""

    table: ClassVar[str] = "marts.cost_as_reported"
    key: ClassVar[tuple[str, ...]] = _MONTHLY_KEY
    is_daily: ClassVar[bool] = False

    adjustment_usd: Decimal
    """What was posted to this month for closed ones."""
    cost_usd: Decimal
    """booked + adjustment."""


class CostAsKnown(_MonthlyCost):
    """What each month cost by what is known now, whenever it was learnt."""

    table: ClassVar[str] = "marts.cost_as_known"
    key: ClassVar[tuple[str, ...]] = _MONTHLY_KEY
    is_daily: ClassVar[bool] = False

    adjustment_usd: Decimal
    """What was posted later for this month."""
    cost_usd: Decimal
    """booked + adjustment."""
