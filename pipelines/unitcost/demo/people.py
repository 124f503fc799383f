"""Who uses the product and when: the hours of a working day, weekends, a heavy tail of customers.

What they do is in `workflows` and `background`.
"""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, date, datetime
from itertools import accumulate
from random import Random

from unitcost.demo.scenario import CONTRACT_REVIEW, CUSTOMERS, UNDER_WATER, Feature

HOUR_MS = 3_600_000
_HOUR_WEIGHTS = (
    2,
    1,
    1,
    1,
    2,
    4,
    9,
    16,
    24,
    28,
    29,
    27,
    24,
    28,
    30,
    29,
    27,
    24,
    18,
    12,
    9,
    7,
    5,
    3,
)
_HOURS = tuple(accumulate(_HOUR_WEIGHTS))
_HEAVY_TAIL = tuple(accumulate(1 / (rank + 2) ** 1.05 for rank in range(len(CUSTOMERS))))
_LAST_START_MS = 23 * HOUR_MS + 40 * 60_000
_WEEKEND = 0.28
_GROWTH_PER_DAY = 0.004
_UNKNOWN_CUSTOMER = 0.025


def midnight_ms(day: date) -> int:
    """The day's beginning in epoch milliseconds, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)


def count_of(rng: Random, feature: Feature, day: date, nth_day: int) -> int:
    """How many runs the feature has on that day."""
    busyness = 1.0 if day.weekday() < 5 else _WEEKEND
    expected = feature.daily_runs * busyness * (1 + _GROWTH_PER_DAY * nth_day)
    return max(1, round(expected * rng.gauss(1, 0.05)))


def start_of(rng: Random, day: date) -> int:
    """When a user acts, in epoch milliseconds; nobody starts in the last minutes of a day."""
    hour = bisect(_HOURS, rng.random() * _HOURS[-1])
    return midnight_ms(day) + min(hour * HOUR_MS + int(rng.random() * HOUR_MS), _LAST_START_MS)


def customer_of(rng: Random, feature: Feature) -> str | None:
    """Who acts; None where the old mobile client does not say."""
    drawn = rng.random()
    if drawn < _UNKNOWN_CUSTOMER:
        return None
    if feature is CONTRACT_REVIEW and drawn < 0.40:
        return CUSTOMERS[UNDER_WATER]
    return CUSTOMERS[bisect(_HEAVY_TAIL, rng.random() * _HEAVY_TAIL[-1])]
