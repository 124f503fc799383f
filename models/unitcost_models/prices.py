"""The price book as tables: dated prices, and the names that lead to them.

No rate lives here, nor any file format but that of one price row; `price_tables/` holds the data.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from unitcost_models.base import Row

CARD_DECIMALS = 12
"""Decimals of a price per single unit; what does not fit is refused, never rounded."""


class Provider(Row):
    """One spelling of who was called, as sources write it (lower case)."""

    table: ClassVar[str] = "core.providers"
    key: ClassVar[tuple[str, ...]] = ("provider_name",)
    is_daily: ClassVar[bool] = False

    provider_name: str
    provider: str | None
    """Who makes the model; None where the platform serves several makers."""
    platform: str | None
    """Who serves it; None where the name is only a gateway's or a library's."""
    family: str
    """Names that share response ids share the family."""


class ServiceTier(Row):
    """One spelling of a service tier as served (lower case)."""

    table: ClassVar[str] = "core.service_tiers"
    key: ClassVar[tuple[str, ...]] = ("spelled",)
    is_daily: ClassVar[bool] = False

    spelled: str
    service_tier: str


class TierEquivalent(Row):
    """A tier that a provider bills at another tier's price."""

    table: ClassVar[str] = "core.tier_equivalents"
    key: ClassVar[tuple[str, ...]] = ("provider", "service_tier")
    is_daily: ClassVar[bool] = False

    provider: str
    service_tier: str
    priced_as: str


class RegionScope(Row):
    """Which price list a region named by a request belongs to."""

    table: ClassVar[str] = "core.region_scopes"
    key: ClassVar[tuple[str, ...]] = ("provider", "platform", "spelled")
    is_daily: ClassVar[bool] = False

    provider: str
    platform: str
    spelled: str
    """As requests name it; empty where they name none."""
    region_scope: str
    """As price rows name it."""
    otherwise: str | None
    """List of the models that have no rows in that scope, where the provider says so."""


class ModelAlias(Row):
    """One id and the canonical model it means, from when to when."""

    table: ClassVar[str] = "core.model_aliases"
    key: ClassVar[tuple[str, ...]] = ("alias", "valid_from")
    is_daily: ClassVar[bool] = False

    alias: str
    """Lower case, without prefixes and suffixes that `steps.model_ids` strips."""
    model: str
    provider: str
    """Who makes the model."""
    valid_from: datetime | None
    """None = always."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    rule: str
    """`key` (its own id), `id` (a spelling or snapshot) or `dated_alias`."""


class ModelFamily(Row):
    """A member of a family that one price row covers."""

    table: ClassVar[str] = "core.model_families"
    key: ClassVar[tuple[str, ...]] = ("family", "model")
    is_daily: ClassVar[bool] = False

    family: str
    model: str


class Meter(Row):
    """A billed measure and the column of core.requests that counts it."""

    table: ClassVar[str] = "core.meters"
    key: ClassVar[tuple[str, ...]] = ("meter",)
    is_daily: ClassVar[bool] = False

    meter: str
    unit: str
    request_column: str | None
    """None where no source counts it per request."""
    bit: int | None
    """Power of two; a request's meters are the sum of their bits."""


class MeterFallback(Row):
    """A meter that is billed at another meter's price where it has none of its own."""

    table: ClassVar[str] = "core.meter_fallbacks"
    key: ClassVar[tuple[str, ...]] = ("meter", "falls_back_to", "provider", "model")
    is_daily: ClassVar[bool] = False

    meter: str
    falls_back_to: str
    provider: str | None
    """None = every provider."""
    model: str | None
    """None = every model."""


class TimeBand(Row):
    """A named part of the week in which a price holds."""

    table: ClassVar[str] = "core.time_bands"
    key: ClassVar[tuple[str, ...]] = ("time_band",)
    is_daily: ClassVar[bool] = False

    time_band: str
    time_zone: str
    """IANA name; weekdays, hours and holidays are read on its clock."""
    calendar: str | None
    """Holiday calendar; on its days no window is open."""
    complement_of: str | None
    """Set where the band is all time outside another band."""


class TimeWindow(Row):
    """Opening hours of a time band on one weekday."""

    table: ClassVar[str] = "core.time_windows"
    key: ClassVar[tuple[str, ...]] = ("time_band", "weekday", "from_minute")
    is_daily: ClassVar[bool] = False

    time_band: str
    weekday: int
    """1 Monday to 7 Sunday."""
    from_minute: int
    """Minute of the local day, inclusive."""
    to_minute: int
    """Exclusive."""


class Holiday(Row):
    """A public holiday of a calendar."""

    table: ClassVar[str] = "core.holidays"
    key: ClassVar[tuple[str, ...]] = ("calendar", "holiday")
    is_daily: ClassVar[bool] = False

    calendar: str
    holiday: date


class Price(Row):
    """One unit price of one meter in one scope over one half-open interval.

    This is also the contract of a line of `price_tables/<provider>/<platform>.csv`, whose columns
    are the fields up to `note`; an empty cell is None.
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
    unit_price: str
    """Plain decimal text, as published."""
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
    """Exclusive; None = open."""
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
    change_kind: Literal["new", "price_change", "correction", "retire"]
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
    price_per_unit: Decimal
    """Per single unit, exact."""
    source_file: str
    source_line: int

    @model_validator(mode="before")
    @classmethod
    def _read_cells(cls, cells: dict[str, Any]) -> dict[str, Any]:
        read = {name: None if cell == "" else cell for name, cell in cells.items()}
        for bound in ("valid_from", "valid_to"):
            read[bound] = _utc_moment(bound, read.get(bound))
        return read | {"price_per_unit": price_per_unit(read.get("unit_price"), read.get("per"))}

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError("valid_from is not before valid_to; an interval is [valid_from, valid_to)")
        if self.ctx_gt is not None and self.ctx_le is not None and self.ctx_gt >= self.ctx_le:
            raise ValueError("ctx_gt is not below ctx_le; a context band is (ctx_gt, ctx_le]")
        if (self.ctx_gt is None and self.ctx_le is None) != (self.ctx_basis is None):
            raise ValueError("ctx_basis goes with ctx_gt or ctx_le; write prompt_total or empty all three")
        return self


def price_per_unit(unit_price: Any, per: Any) -> Decimal:
    """The price of one single unit.

    Raises:
        ValueError: not a plain non-negative decimal, `per` is not a positive integer, or the
            quotient needs more than 12 decimals.
    """
    if not _is_plain(unit_price):
        raise ValueError("unit_price must be plain decimal text such as 0.125")
    if not str(per).isdigit() or int(per) == 0:
        raise ValueError("per must be a positive integer such as 1000000")
    single = Decimal(unit_price) / Decimal(per)
    if single * Decimal(per) != Decimal(unit_price) or single != round(single, CARD_DECIMALS):
        raise ValueError(f"unit_price / per needs more than {CARD_DECIMALS} decimals; choose a larger unit")
    return single


def _utc_moment(bound: str, text: Any) -> Any:
    if text is None or not isinstance(text, str):
        return text
    if not text.endswith("Z"):
        raise ValueError(f"{bound} must be UTC and end in Z, such as 2026-11-01T00:00:00Z")
    return text.removesuffix("Z")


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and text.replace(".", "", 1).isdigit() and text[0] != "."


class PriceKey(Row):
    """One way in which a request can name a price list."""

    table: ClassVar[str] = "core.price_keys"
    key: ClassVar[tuple[str, ...]] = ("provider", "platform", "region_scope", "model", "service_tier")
    is_daily: ClassVar[bool] = False

    provider: str
    platform: str
    region_scope: str
    """As spelled by requests; empty where they name none."""
    model: str
    service_tier: str
    list_region_scope: str
    """The scope whose rows hold."""
    list_service_tier: str
    """The tier whose rows hold."""


class PriceLine(Row):
    """The price row that holds for one meter in one cell of a price list."""

    table: ClassVar[str] = "core.price_lines"
    key: ClassVar[tuple[str, ...]] = ("card_id", "meter")
    is_daily: ClassVar[bool] = False

    card_id: int
    provider: str
    platform: str
    region_scope: str
    model: str
    service_tier: str
    valid_from: datetime
    valid_to: datetime
    ctx_gt: int
    ctx_le: int
    time_band: str | None
    meter: str | None
    """None where the cell has no price at all."""
    price_id: str | None
    price_per_unit: Decimal | None
    is_own: bool
    """Whether the row is the model's own, not a fee for every model."""


class PriceCard(Row):
    """A cell of a price list as requests name it: one price for every meter, None where unpriced."""

    table: ClassVar[str] = "core.price_cards"
    key: ClassVar[tuple[str, ...]] = (
        "provider",
        "platform",
        "region_scope",
        "model",
        "service_tier",
        "valid_from",
        "ctx_gt",
        "time_band",
    )
    is_daily: ClassVar[bool] = False

    provider: str
    platform: str
    region_scope: str
    """As spelled by requests; empty where they name none."""
    model: str
    service_tier: str
    valid_from: datetime
    valid_to: datetime
    ctx_gt: int
    """-1 where any prompt is long enough."""
    ctx_le: int
    time_band: str | None
    card_id: int
    """The cell in `core.price_lines`; cards that differ in spelling share it."""
    has_own_prices: bool
    """Whether the model itself has a price here."""
    input_per_unit: Decimal | None
    cache_read_per_unit: Decimal | None
    cache_write_5m_per_unit: Decimal | None
    cache_write_1h_per_unit: Decimal | None
    cache_write_30m_per_unit: Decimal | None
    cache_write_12h_per_unit: Decimal | None
    cache_write_per_unit: Decimal | None
    input_audio_per_unit: Decimal | None
    input_image_per_unit: Decimal | None
    cache_read_audio_per_unit: Decimal | None
    cache_read_image_per_unit: Decimal | None
    output_per_unit: Decimal | None
    reasoning_per_unit: Decimal | None
    output_audio_per_unit: Decimal | None
    output_image_per_unit: Decimal | None
    web_search_call_per_unit: Decimal | None
    web_fetch_call_per_unit: Decimal | None
    file_search_call_per_unit: Decimal | None
    grounding_prompt_per_unit: Decimal | None
    grounding_query_per_unit: Decimal | None
    search_unit_per_unit: Decimal | None
    image_per_unit: Decimal | None
    audio_second_per_unit: Decimal | None
    character_per_unit: Decimal | None
    page_per_unit: Decimal | None
    container_hour_per_unit: Decimal | None
    cache_storage_per_unit: Decimal | None


class PriceRevision(Row):
    """Which price book is loaded; one row."""

    table: ClassVar[str] = "core.price_revision"
    key: ClassVar[tuple[str, ...]] = ("price_revision",)
    is_daily: ClassVar[bool] = False

    price_revision: str
    """Digest of every file in `price_tables/`."""
