"""In which currency a provider bills, and what that currency was worth on a day."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from unitcost_models.base import Row, table_of


class BillingCurrency(Row):
    """A provider that does not bill in USD, as `[prices.currency]` of the settings says."""

    table: ClassVar[str] = "core.billing_currencies"
    key: ClassVar[tuple[str, ...]] = ("provider",)
    is_daily: ClassVar[bool] = False

    provider: str
    currency: str
    """ISO code."""


def _plain_rate(text: Any) -> Any:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,12})?", str(text)) or Decimal(text) == 0:
        message = "must be a positive plain decimal with at most 12 decimals, such as 0.1407"
        raise ValueError(message)
    return text


def _not_usd(code: str) -> str:
    if code == "USD":
        message = "costs are in USD; name the other currency"
        raise ValueError(message)
    return code


class FxRate(Row):
    """What one unit of a currency was worth in another on a UTC day, as the book knows it.

    Amounts stay in the currency in which they were billed; whoever reads them converts with this. A
    rate that is revised so changes what is read, and no stored amount.
    """

    table: ClassVar[str] = "core.fx_rates"
    key: ClassVar[tuple[str, ...]] = ("day", "currency_pair")
    is_daily: ClassVar[bool] = False

    day: date
    currency_pair: str
    """From and to, such as EUR/USD."""
    usd_per_unit: Decimal | None
    """USD for one unit of the first, as known now; None where the book no longer says."""
    reported_usd_per_unit: Decimal | None
    """The same as it was when the day's month was closed; None where it was not recorded then.
    Where the month is open it is the one known now."""
    source: str | None
    """Who published the rate."""
    recorded_on: date | None
    """When the book learnt it."""
    source_file: str | None
    """File of the price tables in which it stands; None where the book no longer says."""
    source_line: int | None


PublishedRate = table_of(FxRate, "core.published_rates", "A rate as it was published before.")
"""What core.fx_rates held; only in the workbench that makes it anew."""


class ExchangeRate(Row):
    """What one unit of a currency was worth on a UTC day, as the book knew it on its day.

    This is also the contract of a line of `fx.csv`, whose columns are the fields up to
    `recorded_on`. Where a day's rate was recorded again later, the later one counts from then on.
    """

    table: ClassVar[str] = "core.exchange_rates"
    key: ClassVar[tuple[str, ...]] = ("currency", "day")
    is_daily: ClassVar[bool] = False

    day: date
    """The UTC day of the requests that are converted with it; no other day's rate is used."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$"), BeforeValidator(_not_usd)]
    """ISO code."""
    usd_per_unit: Annotated[Decimal, BeforeValidator(_plain_rate)]
    """USD for one unit of the currency."""
    source: str
    """Who published the rate."""
    recorded_on: date
    """When the book learnt it."""
    source_file: str
    source_line: int
