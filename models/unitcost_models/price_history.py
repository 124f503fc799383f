"""When price rows hold, as the book knew it: over time, and as of the day that counts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class PriceHistory(Row):
    """The interval for which a price row held, as the book knew it during one period.

    Both times are half-open. As of a day, a row holds for the interval of the period in which the
    day falls, and not at all where there is none: not known yet, voided, or called off.
    """

    table: ClassVar[str] = "core.price_history"
    key: ClassVar[tuple[str, ...]] = ("price_id", "known_from")
    is_daily: ClassVar[bool] = False

    price_id: str
    known_from: date
    """The first day on which the book knew it so."""
    known_to: date | None
    """The day from which it knew otherwise; None = it still does."""
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive, later rows taken into account; None = open."""


class PriceInForce(Row):
    """A price row that prices requests, for the interval it holds as known on the book's day.

    Only rows in the currency in which the provider bills are here. `core.prices` has every row as
    it was written.
    """

    table: ClassVar[str] = "core.prices_in_force"
    key: ClassVar[tuple[str, ...]] = ("price_id",)
    is_daily: ClassVar[bool] = False

    price_id: str
    provider: str
    platform: str
    region_scope: str
    """`*` where a fee is the same everywhere."""
    model_key: str
    """Canonical model, `family:<name>`, or `*` for every model of the provider."""
    service_tier: str
    """`*` where a fee is the same in every tier."""
    meter: str
    unit: str
    per: int
    """How many units the price is for."""
    unit_price: str
    """Plain decimal text, as published."""
    currency: str
    price_per_unit: Decimal
    """Per single unit, exact, in `currency`."""
    ctx_gt: int | None
    """The prompt is longer than this."""
    ctx_le: int | None
    """The prompt is at most this long."""
    time_band: str | None
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive, later rows taken into account; None = open."""
    status: str
    """in_force or announced."""
    recorded_on: date
    """When the book learnt it."""
    sources: str
    confirmation: str
    note: str | None
    source_file: str
    source_line: int
