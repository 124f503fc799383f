"""core.prices: one row a unit price, as `price_tables/` holds them, and what a row must claim.

No rate lives here. What is made of the rows is in `price_sheets`, the names that lead to a price
in `price_names`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from unitcost_models.base import Row

CARD_DECIMALS = 12
"""Decimals of a price per single unit; what does not fit is refused, never rounded."""


class Price(Row):
    """One unit price of one meter in one scope over one half-open interval.

    This is also the contract of a line of `price_tables/<provider>/<platform>.csv`, whose columns
    are the fields up to `note`; an empty cell is None. `source_file` is its path inside
    `price_tables/`, or begins with `$UNITCOST_HOME/`.
    """

    table: ClassVar[str] = "core.prices"
    key: ClassVar[tuple[str, ...]] = ("price_id",)
    is_daily: ClassVar[bool] = False

    price_id: str
    """Stable; never reused."""
    provider: str
    platform: str
    region_scope: str
    """`*` where a fee is the same everywhere."""
    model_key: str
    """Canonical model, `family:<name>` of models.toml, or `*` for every model of the provider."""
    service_tier: str
    """`*` where a fee is the same in every tier."""
    meter: str
    unit: Literal["token", "call", "minute", "hour", "token_hour", "gb_day", "second", "unit"]
    per: int
    """How many units the price is for."""
    unit_price: str | None
    """Plain decimal text, as published; None where a price is retired and none follows."""
    currency: str
    ctx_gt: int | None
    """The prompt is longer than this."""
    ctx_le: int | None
    """The prompt is at most this long."""
    ctx_basis: Literal["prompt_total"] | None
    """All input of the one request, cached and written included."""
    time_band: str | None
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive; the end that was known when the row was written. Later rows may end it earlier,
    as `core.prices_in_force` says."""
    valid_from_basis: Literal[
        "documented",
        "documented_model_switch",
        "documentation",
        "model_release",
        "observed_bounds",
        "first_seen",
        "announced",
        "unknown",
    ]
    """How the date is known."""
    status: Literal["in_force", "announced", "cancelled"]
    layer: Literal["list"]
    recorded_on: date
    """When the book learnt it."""
    supersedes: str | None
    """The row that it changes, corrects, calls off or retires."""
    change_kind: Literal["new", "price_change", "correction", "retire"]
    """What it does to that row: end it, void it, or end it without another price."""
    first_seen: date | None
    """Earliest sight in a catalogue."""
    sources: str
    confirmation: Literal[
        "confirmed",
        "confirmed_with_dissent",
        "single",
        "single_with_dissent",
        "derived",
        "documentation_only",
    ]
    note: str | None
    price_per_unit: Decimal | None
    """Per single unit, exact, in `currency`."""
    source_file: str
    source_line: int

    @model_validator(mode="before")
    @classmethod
    def _read_cells(cls, cells: dict[str, Any]) -> dict[str, Any]:
        is_end = cells.get("change_kind") == "retire" and cells.get("unit_price") is None
        single = None if is_end else price_per_unit(cells.get("unit_price"), cells.get("per"))
        bounds = {b: utc_moment(b, cells.get(b)) for b in ("valid_from", "valid_to")}
        return cells | bounds | {"price_per_unit": single}

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        for is_wrong, message in self._claims():
            if is_wrong:
                raise ValueError(message)
        return self

    def _claims(self) -> Iterator[tuple[bool, str]]:
        bounds = (self.ctx_gt, self.ctx_le)
        yield (
            None not in (self.valid_from, self.valid_to) and self.valid_from >= self.valid_to,  # type: ignore[operator]
            "valid_from is not before valid_to; an interval is [valid_from, valid_to)",
        )
        yield (
            None not in bounds and self.ctx_gt >= self.ctx_le,  # type: ignore[operator]
            "ctx_gt is not below ctx_le; a context band is (ctx_gt, ctx_le]",
        )
        yield (
            (bounds == (None, None)) != (self.ctx_basis is None),
            "ctx_basis goes with ctx_gt or ctx_le; write prompt_total or empty all three",
        )
        yield (
            (self.change_kind == "new") != (self.supersedes is None),
            "supersedes goes with price_change, correction and retire, and not with new",
        )
        yield (
            self.change_kind in ("price_change", "retire") and self.valid_from is None,
            f"a {self.change_kind} needs valid_from, the instant at which the older row ends",
        )
        yield (
            self.change_kind == "retire" and self.unit_price is not None,
            "a retire row ends a price and has no unit_price; empty it, or write price_change",
        )
        yield (
            self.status == "cancelled" and self.change_kind != "correction",
            "a cancelled row calls off the row it supersedes; write change_kind = correction",
        )
        yield (
            "," in self.price_id,
            "price_id holds a comma; ids are listed with commas between them",
        )
        yield (
            not self.sources.strip(),
            "sources is blank; name where the price was read, with its date",
        )
        yield (
            not re.fullmatch("[A-Z]{3}", self.currency),
            f"currency {self.currency!r} must be an ISO code in capitals such as USD",
        )


def price_per_unit(unit_price: Any, per: Any) -> Decimal:
    """The price of one single unit.

    Raises:
        ValueError: not a plain non-negative decimal of at most 12 digits before the point, `per`
            is not a positive integer, or the quotient needs more than 12 decimals.
    """
    if not isinstance(unit_price, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", unit_price):
        message = f"unit_price {unit_price!r} must be plain decimal text such as 0.125"
        raise ValueError(message)
    if len(unit_price.partition(".")[0]) > CARD_DECIMALS:
        message = f"unit_price {unit_price!r} is beyond any price; correct it"
        raise ValueError(message)
    if not re.fullmatch(r"[1-9][0-9]*", str(per)):
        message = f"per {per!r} must be a positive integer such as 1000000"
        raise ValueError(message)
    single = Decimal(unit_price) / Decimal(per)
    if single * Decimal(per) != Decimal(unit_price) or single != round(single, CARD_DECIMALS):
        message = f"unit_price / per needs more than {CARD_DECIMALS} decimals; use a larger unit"
        raise ValueError(message)
    return single


def utc_moment(bound: str, text: Any) -> Any:
    """The text of a UTC instant without its Z, for a timestamp without zone.

    Raises:
        ValueError: it does not end in Z.
    """
    if not isinstance(text, str):
        return text
    if not text.endswith("Z"):
        message = f"{bound} {text!r} must be UTC and end in Z, such as 2026-11-01T00:00:00Z"
        raise ValueError(message)
    return text.removesuffix("Z")
