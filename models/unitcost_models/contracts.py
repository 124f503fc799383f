"""core.contracts and what is made of it: prices agreed with a provider, and the lists they change.

List prices are in `prices`; commitments and allowances in `agreements`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator, model_validator

from unitcost_models.base import Row
from unitcost_models.prices import price_per_unit, utc_moment

DISCOUNT_DECIMALS = 4
"""Decimals of a percentage, so that a discounted price is exact with 18 decimals."""


class Contract(Row):
    """A price or a percentage off the list price that a provider agreed to.

    This is also the contract of a line of `contracts.csv`, whose columns are the fields up to
    `note`; an empty cell is None.
    """

    table: ClassVar[str] = "core.contracts"
    key: ClassVar[tuple[str, ...]] = ("contract_id",)
    is_daily: ClassVar[bool] = False

    contract_id: str
    """Stable name of the row; costs refer to it; never used again for another row."""
    account_id: str
    """Whose price it is, as `core.requests.account_id` names it; `*` for every account."""
    provider: str
    platform: str
    """`*` for every platform."""
    region_scope: str
    """As price rows name it; `*` for every one."""
    model_key: str
    """Canonical model, `family:<name>`, or `*` for every model of the provider."""
    service_tier: str
    """As price rows name it; `*` for every tier."""
    meter: str
    """As price rows name it; `*` for every meter (a percentage only)."""
    discount_pct: Decimal | None
    """Percentage off the list price; None where a price is agreed."""
    per: int | None
    """How many units `unit_price` is for."""
    unit_price: str | None
    """Plain decimal text, in place of the list price; None where a percentage is agreed."""
    currency: str
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    recorded_on: date
    """When the book learnt it."""
    supersedes: str | None
    """The row that it changes, corrects or retires."""
    change_kind: Literal["new", "price_change", "correction", "retire"]
    source: str
    """Where it is written down: the agreement, its section, its date."""
    note: str | None
    price_per_unit: Decimal | None
    """Agreed price of a single unit, exact."""
    source_file: str
    source_line: int

    @model_validator(mode="before")
    @classmethod
    def _read_cells(cls, cells: dict[str, Any]) -> dict[str, Any]:
        agreed = cells.get("unit_price")
        single = None if agreed is None else price_per_unit(agreed, cells.get("per"))
        bounds = {b: utc_moment(b, cells.get(b)) for b in ("valid_from", "valid_to")}
        return cells | bounds | {"price_per_unit": single}

    @property
    def price_id(self) -> str:
        """Contracts succeed one another as prices do."""
        return self.contract_id

    @property
    def status(self) -> str:
        """A contract is in force or not there."""
        return "in_force"

    @field_validator("discount_pct")
    @classmethod
    def _check_discount(cls, percent: Decimal | None) -> Decimal | None:
        if percent is not None and not (0 < percent <= 100):
            message = "discount_pct is the percentage off the list price, above 0 and at most 100"
            raise ValueError(message)
        if percent is not None and percent != round(percent, DISCOUNT_DECIMALS):
            message = f"discount_pct has at most {DISCOUNT_DECIMALS} decimals"
            raise ValueError(message)
        return percent

    @model_validator(mode="after")
    def _check_terms(self) -> Self:
        for is_wrong, message in self._claims():
            if is_wrong:
                raise ValueError(message)
        return self

    def _claims(self) -> Iterator[tuple[bool, str]]:
        is_end = self.change_kind == "retire"
        yield (
            None not in (self.valid_from, self.valid_to) and self.valid_from >= self.valid_to,  # type: ignore[operator]
            "valid_from is not before valid_to; an interval is [valid_from, valid_to)",
        )
        yield (
            not is_end and (self.discount_pct is None) == (self.unit_price is None),
            "give discount_pct or unit_price, and not both",
        )
        yield (
            is_end and (self.discount_pct, self.unit_price) != (None, None),
            "a retire row ends a contract and has neither discount_pct nor unit_price",
        )
        yield (
            self.unit_price is not None and self.meter == "*",
            "unit_price is the price of one meter; name it instead of *",
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
            "," in self.contract_id,
            "contract_id holds a comma; ids are listed with commas between them",
        )


class ContractInForce(Row):
    """A contract for the interval it holds, as known on the book's day."""

    table: ClassVar[str] = "core.contracts_in_force"
    key: ClassVar[tuple[str, ...]] = ("contract_id",)
    is_daily: ClassVar[bool] = False

    contract_id: str
    account_id: str
    provider: str
    platform: str
    region_scope: str
    model_key: str
    service_tier: str
    meter: str
    discount_pct: Decimal | None
    currency: str
    price_per_unit: Decimal | None
    valid_from: datetime | None
    """Inclusive; None = open to the past."""
    valid_to: datetime | None
    """Exclusive, later rows taken into account; None = open."""
    specificity: int
    """The greater one wins: account, then model, meter, region, tier and platform."""
    source_file: str
    source_line: int


class PriceGroup(Row):
    """An account and a platform on which contracts set its prices."""

    table: ClassVar[str] = "core.price_groups"
    key: ClassVar[tuple[str, ...]] = ("provider", "platform", "price_group")
    is_daily: ClassVar[bool] = False

    provider: str
    platform: str
    price_group: str
    """The account; `*` for every account without contracts of its own there."""
