"""One price as a catalogue states it, and how its number becomes an exact price of the book."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

MILLION = 1_000_000
_SMALLEST, _GREATEST = Decimal("1e-12"), Decimal("1e6")
_DIGITS = 100
_ID = re.compile(r"[a-z0-9][a-z0-9._:@+-]{0,99}")


@dataclass(frozen=True)
class Quote:
    """One unit price of one meter, in the book's words."""

    provider_name: str
    """Who is called, as the catalogue spells it; `providers.toml` says who that is."""
    spelling: str
    """The model, as the catalogue spells it."""
    key: str
    """Where in the catalogue the number stands."""
    meter: str
    unit_price: Decimal
    """For `per` units."""
    per: int = MILLION
    unit: str = "token"
    service_tier: str = "standard"
    ctx_gt: int | None = None
    valid_from: date | None = None
    """First UTC day, where the catalogue dates its prices."""
    valid_to: date | None = None
    """Exclusive."""

    @property
    def bare_id(self) -> str:
        """The spelling without the route before it, in lower case: a new model's key."""
        return self.spelling.lower().rpartition("/")[2]


@dataclass(frozen=True)
class Unmapped:
    """What a catalogue states and the book cannot say."""

    spelling: str
    key: str
    reason: str


def quoted(template: Quote, number: Any, factor: int) -> Quote | Unmapped:
    """The quote with its price: the catalogue's number times `factor`, exactly.

    Negative, absurd and non-finite numbers, text that is none, and zero are no prices.
    """
    price = exact(number)
    if not _ID.fullmatch(template.bare_id):
        return _refused(template, "no model id")
    if price is None:
        return _refused(template, f"{str(number)[:40]!r} is no price")
    if price == 0:
        return _refused(template, "a price of 0 may mean free, unknown or included")
    with localcontext(prec=_DIGITS):
        total = (price * factor).normalize()
        single = total / template.per
    if not _SMALLEST <= single <= _GREATEST:
        return _refused(template, f"{price} is out of any price's range")
    if single % _SMALLEST:
        return _refused(template, "needs more than 12 decimals a unit")
    return replace(template, unit_price=total)


def exact(number: Any) -> Decimal | None:
    """A number of the document, or decimal text, as it is written; None if it is no price."""
    if isinstance(number, bool) or not isinstance(number, Decimal | int | str):
        return None
    try:
        value = Decimal(number)
    except ArithmeticError:
        return None
    is_price = value.is_finite() and value >= 0 and abs(value.adjusted()) < 30
    return value if is_price or value == 0 else None


def _refused(template: Quote, reason: str) -> Unmapped:
    return Unmapped(template.spelling, template.key, reason)
