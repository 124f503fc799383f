"""How far the numbers can be trusted."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class Trust(Row):
    """One part of the trust that the warehouse deserves; the points of all parts are its score.

    Parts count what is good, never money, so that a loss in one raises no other.
    """

    table: ClassVar[str] = "marts.trust"
    key: ClassVar[tuple[str, ...]] = ("part",)
    is_daily: ClassVar[bool] = False

    part: str
    """pricing, attribution, outcomes, reconciliation, freshness, duplicates, quarantine, price_age
    or finality."""
    weight: int
    """Points that it can give; the weights add up to 100."""
    good_count: int
    """Requests, tasks, days or records that are good."""
    whole_count: int
    """All of them."""
    score_pct: Decimal
    """good_count as a percentage of whole_count; 0 where there is nothing."""
    points_pct: Decimal
    """score_pct times weight / 100; add it up for the score."""
    evidence_sql: str
    """A query that answers good_count and whole_count."""
    remedy: str
    """What would raise it."""
