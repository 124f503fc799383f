"""The entries of the TOML files in `price_tables/`, each with the table rows it stands for.

Those of models.toml are in `model_entries`. How files are read is in `rules`; what only the whole
book can tell is in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import AfterValidator, BaseModel, ConfigDict

from unitcost.price_book.book import PriceBook
from unitcost_models.base import Row
from unitcost_models.price_names import (
    Meter,
    MeterFallback,
    MinimumCharge,
    Provider,
    RegionScope,
    ServiceTier,
    TierEquivalent,
)


def _lower_case(text: str) -> str:
    if text != text.lower():
        message = "names are matched in lower case; write it so"
        raise ValueError(message)
    return text


Name = Annotated[str, AfterValidator(_lower_case)]


class Entry(BaseModel):
    """One `[[table]]` of a TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_file: str
    source_line: int

    def counts(self, book: PriceBook) -> bool:  # noqa: ARG002
        """Whether the book knew the entry."""
        return True


class Fact(Entry):
    """An entry about the world, which the book learns one day and may unlearn on another."""

    recorded_on: date | None = None
    """When the book learnt it; None = always known."""
    withdrawn_on: date | None = None
    """When the book learnt that it is wrong; the entry stays, so that the past can be seen."""

    def counts(self, book: PriceBook) -> bool:
        """Whether the book knew the entry and still believed it."""
        is_withdrawn = self.withdrawn_on is not None and book.knew(self.withdrawn_on)
        return book.knew(self.recorded_on) and not is_withdrawn


class RowsEntry(Protocol):
    """An entry that stands for table rows by itself."""

    def rows(self) -> Iterator[Row]:
        """The rows."""


class ProviderEntry(Fact):
    """`[[provider]]` of providers.toml."""

    names: tuple[Name, ...]
    provider: str | None = None
    platform: str | None = None
    family: str

    def rows(self) -> Iterator[Row]:
        """One row a spelling."""
        for name in self.names:
            yield Provider(
                provider_name=name,
                provider=self.provider,
                platform=self.platform,
                family=self.family,
            )


class TierEntry(Fact):
    """`[[tier]]` of service_tiers.toml."""

    name: str
    spelled: tuple[Name, ...]

    def rows(self) -> Iterator[Row]:
        """One row a spelling."""
        for spelled in self.spelled:
            yield ServiceTier(spelled=spelled, service_tier=self.name)


class EquivalentEntry(Fact):
    """`[[equivalent]]` of service_tiers.toml."""

    provider: str
    tier: str
    priced_as: str

    def rows(self) -> Iterator[Row]:
        """The row itself."""
        yield TierEquivalent(
            provider=self.provider, service_tier=self.tier, priced_as=self.priced_as
        )


class ScopeEntry(Fact):
    """`[[scope]]` of region_scopes.toml."""

    provider: str
    platform: str
    scope: str
    spelled: tuple[Name, ...] = ()
    default: bool = False
    otherwise: str | None = None

    def rows(self) -> Iterator[Row]:
        """One row a spelling, the scope's own name included; empty stands for "not named"."""
        for spelled in (self.scope, *self.spelled, *([""] if self.default else [])):
            yield RegionScope(
                provider=self.provider,
                platform=self.platform,
                spelled=spelled,
                region_scope=self.scope,
                otherwise=self.otherwise,
            )


class MeterEntry(Entry):
    """`[[meter]]` of meters.toml."""

    name: str
    unit: str
    column: str | None = None

    def row(self, position: int) -> Row:
        """The row, with its bit where requests count it."""
        bit = 1 << position if self.column else None
        return Meter(meter=self.name, unit=self.unit, request_column=self.column, bit=bit)


class FallbackEntry(Fact):
    """`[[fallback]]` of meters.toml."""

    meter: str
    falls_back_to: str
    units: int = 1
    provider: str | None = None
    family: str | None = None

    def rows(self, members: dict[str, tuple[str, ...]]) -> Iterator[Row]:
        """One row, or one a member of the family."""
        for model in members.get(self.family, ()) if self.family else (None,):
            yield MeterFallback(
                meter=self.meter,
                falls_back_to=self.falls_back_to,
                units=self.units,
                provider=self.provider,
                model=model,
            )


class MinimumEntry(Fact):
    """`[[minimum]]` of meters.toml."""

    provider: str
    column: str
    quantity: int

    def rows(self) -> Iterator[Row]:
        """The row itself."""
        yield MinimumCharge(
            provider=self.provider, request_column=self.column, quantity=Decimal(self.quantity)
        )
