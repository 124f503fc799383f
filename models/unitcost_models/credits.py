"""core.credits and what is made of it: amounts that pay a provider's bills, and how they burn down.

Credits are a means of payment and change no cost. Agreements that do are in `agreements`.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar, Self

from pydantic import Field, model_validator

from unitcost_models.agreements import Agreement
from unitcost_models.base import Row


class Credit(Agreement):
    """An amount that a provider or platform granted or sold ahead; a line of `credits.csv`."""

    table: ClassVar[str] = "core.credits"
    key: ClassVar[tuple[str, ...]] = ("credit_id",)

    credit_id: str
    provider: str
    """`*` for every provider: what a cloud grants pays all that it serves."""
    platform: str
    """`*` for every platform."""
    account_id: str
    """As `core.requests.account_id` names it; `*` for every account, which share the amount."""
    amount_usd: Decimal = Field(gt=0, max_digits=26, decimal_places=12)
    """What is left of it at `valid_from`."""
    valid_from: datetime
    """Inclusive, midnight UTC: costs are paid by the UTC day."""
    valid_to: datetime | None
    """Exclusive, midnight UTC; what is left then is lost. None = it does not expire."""
    recorded_on: date
    """When the book learnt it."""
    source: str
    """Where it is written down."""
    note: str | None
    source_file: str
    source_line: int

    @model_validator(mode="after")
    def _check_midnight(self) -> Self:
        for bound, moment in (("valid_from", self.valid_from), ("valid_to", self.valid_to)):
            if moment is not None and moment.time() != time():
                message = f"{bound} must be midnight UTC (T00:00:00Z); costs are paid by the day"
                raise ValueError(message)
        return self


class CreditUse(Row):
    """What a credit paid on a UTC day on which it was valid; cost_usd is the same with or without.

    Made anew in every run from `marts.cost_per_account` of all days: the credit that expires first
    pays first.
    """

    table: ClassVar[str] = "core.credit_use"
    key: ClassVar[tuple[str, ...]] = ("day", "credit_id")
    is_daily: ClassVar[bool] = False

    day: date
    credit_id: str
    provider: str
    """`*` for every provider."""
    platform: str
    """`*` for every platform."""
    account_id: str
    """`*` for every account."""
    opening_usd: Decimal
    """What was left when the day began; the closing_usd of the day before."""
    used_usd: Decimal
    """What it paid of the day's cost_usd."""
    closing_usd: Decimal
    """What is left; what the last day of its validity shows is lost."""
