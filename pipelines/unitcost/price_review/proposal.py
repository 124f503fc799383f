"""One line of an import's report: a catalogue's price beside ours. How it is found is elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class Proposal(BaseModel):
    """One price of the catalogue beside ours."""

    model_config = ConfigDict(frozen=True)

    verdict: str
    """new model, new price, differs, agrees, they lack or cannot be mapped."""
    provider: str | None = None
    platform: str | None = None
    region_scope: str | None = None
    model: str | None = None
    """Of the book; where it has none, as the catalogue spells it."""
    service_tier: str | None = None
    meter: str | None = None
    ctx_gt: int | None = None
    """For prompts longer than this."""
    at: date | None = None
    """Day on which both were compared."""
    per: int | None = None
    unit: str | None = None
    ours: Decimal | None = None
    theirs: Decimal | None = None
    others: dict[str, Decimal] = {}
    """What the other catalogues state."""
    agreeing: int = 0
    """How many of the catalogues given state the same as this one, itself included."""
    price_id: str | None = None
    recorded_on: date | None = None
    """When the book learnt its price."""
    days_behind: int | None = None
    """Days from then to the catalogue's date; negative where the book is the newer one."""
    effect_usd: Decimal | None = None
    """Change of the last 28 days' list cost, had this price held; None without a warehouse."""
    requests: int | None = None
    """Requests of the last 28 days that it would touch."""
    spelling: str | None = None
    key: str | None = None
    """Where it stands in the catalogue."""
    valid_from: date | None = None
    is_past: bool = False
    """The catalogue itself says that this price no longer holds."""
    reason: str | None = None
