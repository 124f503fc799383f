"""A small mart for tests of the lake: a day and what it cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row

DAY = date(2026, 11, 1)


class Bill(Row):
    table: ClassVar[str] = "marts.bills"
    key: ClassVar[tuple[str, ...]] = ("day",)

    day: date
    cost_usd: Decimal
