"""What the providers' own reports say: usage and cost pages of OpenAI and Anthropic.

They are made from what the providers counted, so they hold a little that no log saw: answers to
calls that had timed out, cut streams, and a playground. Rules: OpenAI amounts are dollars as JSON
numbers, Anthropic amounts decimal strings in cents; Anthropic's classes are exclusive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from unitcost.demo.run import UNSEEN, Call, Usage
from unitcost.demo.scenario import JUDGE_MODEL, REPLY_MODEL, Model
from unitcost.demo.truth import day_of

PLAYGROUND = "proj_playground"
APPLICATION = "proj_application"
_PLAYGROUND_SHARE = 90
"""One part in so many of the day's tokens of a model is spent by hand."""

UsageKey = tuple[Model, str]
"""Model and project."""


class DailyUsage:
    """Sums by day, model and project of what the providers counted."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self.by_day: dict[date, dict[UsageKey, tuple[int, Usage]]] = defaultdict(dict)

    def add(self, calls: Iterable[Call]) -> None:
        """Count the calls that the provider answered, whether or not the log knows it."""
        for call in calls:
            if call.is_answered or call.ending in UNSEEN:
                self._count(day_of(call), (call.model, APPLICATION), 1, call.usage)

    def add_playground(self) -> None:
        """Put the use by hand beside the application's."""
        for day, models in self.by_day.items():
            for model in (REPLY_MODEL, JUDGE_MODEL):
                requests, usage = models.get((model, APPLICATION), (0, Usage()))
                share = Usage(*(tokens // _PLAYGROUND_SHARE for tokens in usage))
                self._count(day, (model, PLAYGROUND), requests // _PLAYGROUND_SHARE, share)

    def rows(self, day: date, provider: str) -> list[tuple[UsageKey, int, Usage]]:
        """The provider's rows of one day, sorted."""
        rows = [
            (key, requests, usage)
            for key, (requests, usage) in self.by_day.get(day, {}).items()
            if key[0].provider == provider and key[0].rates is not None
        ]
        return sorted(rows, key=lambda row: (row[0][0].name, row[0][0].service_tier, row[0][1]))

    def _count(self, day: date, key: UsageKey, requests: int, usage: Usage) -> None:
        counted, sums = self.by_day[day].get(key, (0, Usage()))
        total = Usage(*(a + b for a, b in zip(sums, usage, strict=True)))
        self.by_day[day][key] = (counted + requests, total)
