"""The names that lead to a price: providers, tiers, regions, models, meters and time bands.

No price is here.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


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
    source_file: str
    source_line: int


class Deployment(Row):
    """A name that the user gave to a model on a platform, such as an Azure deployment.

    It says more than the name: on its platform it goes before every other reading of an id, since
    a deployment called `gpt-4o` may well serve another model. At any instant a name means at most
    one model on a platform.
    """

    table: ClassVar[str] = "core.deployments"
    key: ClassVar[tuple[str, ...]] = ("deployment", "platform", "valid_from")
    is_daily: ClassVar[bool] = False

    deployment: str
    """As sources name the called model, in lower case."""
    platform: str
    model: str
    provider: str
    """Who makes the model."""
    region_scope: str | None
    """As requests name it; None where the deployment does not decide it."""
    service_tier: str | None
    """As served; None where the deployment does not decide it."""
    valid_from: datetime | None
    """None = always."""
    valid_to: datetime | None
    """Exclusive; None = open."""
    source_file: str
    source_line: int


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
    units: int
    """How many units of the other meter one unit is: an hour of containers is 60 minutes."""
    provider: str | None
    """None = every provider."""
    model: str | None
    """None = every model."""


class MinimumCharge(Row):
    """The least quantity that a provider bills for a request that uses a measure at all."""

    table: ClassVar[str] = "core.minimum_charges"
    key: ClassVar[tuple[str, ...]] = ("provider", "request_column")
    is_daily: ClassVar[bool] = False

    provider: str
    request_column: str
    """The column of core.requests that counts the measure."""
    quantity: Decimal


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
