"""What is learnt of closed months' bills: as known now, the adjustments, both readings.

The adjustments of cost are in `closing.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row, table_of


class _Place(Row):
    """Where on a bill an amount stands."""

    bill_kind: str
    """costs: of core.provider_costs. invoices: of invoices in core.invoice_lines, bills: of all
    else there. A bill's lines are costs too, and an invoice repeats them: kinds are not added."""
    provider: str
    """Who bills: openai, anthropic, aws, azure, gcp, ..."""
    platform: str
    """Where the models ran; `(all)` where an invoice does not tell."""
    account_id: str
    """Project, workspace, account or subscription that is charged, else who pays;
    `(unattributed)` where neither is told."""
    raw_model: str
    """As the bill spells it; `(unattributed)` where it names none."""
    charge_category: str
    """FOCUS's words: usage, purchase, tax, credit, adjustment; and discount."""
    currency: str
    """ISO code, lower case; `(unattributed)` where not told."""


_PLACE_KEY = (
    "bill_kind",
    "provider",
    "platform",
    "account_id",
    "raw_model",
    "charge_category",
    "currency",
)


class RestatedBill(_Place):
    """What is billed at one place of a closed day, as known when the day was last adjusted.

    Primary lines only. Only days with bill adjustments are here; the others are as reported.
    """

    table: ClassVar[str] = "core.restated_bills"
    key: ClassVar[tuple[str, ...]] = ("day", *_PLACE_KEY)

    day: date
    """UTC date on which what is billed begins."""
    billed_cost: Decimal
    """Sum of the lines, in `currency`; 0 for a line without an amount."""
    charge_lines: int
    """Primary lines at the place."""
    uncosted_lines: int
    """Those of them that have no amount."""


ReportedBill = table_of(
    RestatedBill, "steps.reported_bills", "A day's bill as reported, earlier adjustments included."
)
PublishedBill = table_of(
    RestatedBill, "steps.published_bills", "A day's bill as its tables hold it."
)


class BillAdjustment(_Place):
    """What was billed for a closed day later, or otherwise than reported, in the bill's currency.

    For each place, what a closed day reported and its adjustments add up to what is known now, to
    the last digit.
    """

    table: ClassVar[str] = "core.bill_adjustments"
    key: ClassVar[tuple[str, ...]] = ("day", "posting_no", "adjusted_day", *_PLACE_KEY)

    day: date
    """UTC date, in an open month, to which the difference is posted."""
    month: str
    """The closed month, YYYY-MM, whose bill it corrects."""
    adjusted_day: date
    """UTC date on which what is billed begins."""
    cause: str
    """late_report: nothing was reported at this place before. corrected: another amount is.
    withdrawn: nothing is any more."""
    before_cost: Decimal
    """As reported, earlier adjustments included; 0 where nothing was."""
    after_cost: Decimal
    """As known now."""
    amount_cost: Decimal
    """after_cost less before_cost."""
    without_cost_before: int
    """Lines reported without an amount: 0 in before_cost."""
    without_cost_after: int
    """Lines that are without an amount now: 0 in after_cost."""
    posting_no: int
    """Counts the postings, as in core.adjustments; see meta.postings."""
    posted_on: date
    """UTC date of the run that posted it."""


class BillAsKnown(_Place):
    """What was billed for a month: as its books say, and as it is known now."""

    table: ClassVar[str] = "marts.bills_as_known"
    key: ClassVar[tuple[str, ...]] = ("month", *_PLACE_KEY)
    is_daily: ClassVar[bool] = False

    month: str
    """YYYY-MM."""
    booked_cost: Decimal
    """As published, in `currency`."""
    adjustment_cost: Decimal
    """What was posted later for this month."""
    billed_cost: Decimal
    """booked + adjustment: as known now."""
    billed_cost_usd: Decimal | None
    """It in US dollars, at the rates known now: of each day, of invoices that of the month's last
    day; None where one is not recorded."""
    unconverted_amounts: int
    """Days of which the rate is not recorded."""
    uncosted_lines: int
    """Lines known now that have no amount: 0 in billed_cost."""
