"""The price book as it is read: whole price lists, the lines of their cells, and one card a cell.

The rows that they are made of are in `prices`, those of contracts in `contracts`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class PriceKey(Row):
    """One way in which a request can name a price list."""

    table: ClassVar[str] = "core.price_keys"
    key: ClassVar[tuple[str, ...]] = (
        "provider",
        "platform",
        "region_scope",
        "model",
        "service_tier",
    )
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


class ContractLine(PriceLine):
    """The price that an account pays for one meter in one cell of a list under its contracts."""

    table: ClassVar[str] = "core.contract_lines"

    price_group: str
    """The account; `*` for every account without contracts of its own there."""
    contract_id: str | None
    """The contract that sets it; None where the list price stands."""


class SheetLine(PriceLine):
    """The price that holds for one meter in one cell of a list, or of a list under contract."""

    table: ClassVar[str] = "core.sheet_lines"

    price_group: str
    """`list`, or the account whose contracts set the prices."""
    contract_id: str | None
    """The contract that set it; None where it is the list's."""


class PriceCard(Row):
    """A cell of a price list as requests name it: what one token of each class costs there.

    In trillionths of a USD. None where there is no price, or one for which whole trillionths in 64
    bits will not do; the cell's lines have that.
    """

    table: ClassVar[str] = "core.price_cards"
    key: ClassVar[tuple[str, ...]] = (
        "price_group",
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

    price_group: str
    """`list`, or the account whose contracts set the prices; `*` for every other account."""
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
    """The cell in `core.sheet_lines`; cards that differ in spelling share it."""
    input_trillionths: int | None
    cache_read_trillionths: int | None
    cache_write_5m_trillionths: int | None
    cache_write_1h_trillionths: int | None
    cache_write_30m_trillionths: int | None
    cache_write_12h_trillionths: int | None
    cache_write_trillionths: int | None
    input_audio_trillionths: int | None
    input_image_trillionths: int | None
    cache_read_audio_trillionths: int | None
    cache_read_image_trillionths: int | None
    output_trillionths: int | None
    reasoning_trillionths: int | None
    output_audio_trillionths: int | None
    output_image_trillionths: int | None


class PriceRevision(Row):
    """Which price book is loaded; one row."""

    table: ClassVar[str] = "core.price_revision"
    key: ClassVar[tuple[str, ...]] = ("price_revision",)
    is_daily: ClassVar[bool] = False

    price_revision: str
    """Digest of every file of the price book, of its `as_of` and its currencies."""
    as_of: date | None
    """The last day of what the book knew; None = it knew all that it holds."""
