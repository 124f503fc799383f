"""One day of the product at a time, each from a seed of its own.

What an action does is in `workflows` and `background`. The same seed and last day give the same
month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from unitcost.demo.background import classify_tickets, new_run, suggest_tags
from unitcost.demo.people import HOUR_MS, count_of, customer_of, midnight_ms, start_of
from unitcost.demo.run import Attributes, Run
from unitcost.demo.scenario import (
    CACHE_BREAK_DAYS_BEFORE_END,
    CONTRACT_REVIEW,
    DATA_AGENT,
    DISCOUNT_ENDS_DAYS_BEFORE_END,
    DOC_SEARCH,
    DRAFT_REPLY,
    INCIDENT_DAYS_BEFORE_END,
    LOOP_DAYS_BEFORE_END,
    LOOPING_RUNS,
    PROMPT_CHANGE,
    TICKET_SUMMARY,
    Feature,
)
from unitcost.demo.workflows import TRACED

_FEATURES = (TICKET_SUMMARY, DRAFT_REPLY, DOC_SEARCH, CONTRACT_REVIEW, DATA_AGENT)
_ASKED_AGAIN = 0.09


@dataclass(frozen=True, slots=True)
class Month:
    """The days to write: `days` of them, the last one `through`."""

    through: date
    seed: int
    days: int

    def dates(self) -> list[date]:
        """The days in order."""
        return [self.through - timedelta(days=back) for back in reversed(range(self.days))]

    def is_age(self, age: int, *planted: int) -> bool:
        """Whether what is planted so many days before the end falls on the day of that age; in a
        month too short for it, on the second day."""
        return age in {self._age(days) for days in planted}

    @property
    def discount_ends_on(self) -> date:
        """The first day on which the agreed discount holds no longer."""
        return self.through - timedelta(days=self._age(DISCOUNT_ENDS_DAYS_BEFORE_END))

    def _age(self, planted: int) -> int:
        return min(planted, max(0, self.days - 2))


def simulate_day(month: Month, day: date) -> list[Run]:
    """Every run that starts on that day, feature by feature."""
    rng = Random(f"{month.seed}:{day.isoformat()}")  # noqa: S311 (an invention, not a secret)
    nth = month.days - (month.through - day).days
    runs: list[Run] = []
    for feature in _FEATURES:
        for nth_run in range(count_of(rng, feature, day, nth)):
            runs += _act(rng, feature, day, month, nth_run)
    return runs + suggest_tags(rng, day, nth) + classify_tickets(rng, day, nth)


def _act(rng: Random, feature: Feature, day: date, month: Month, nth_run: int) -> list[Run]:
    first = new_run(rng, feature, customer_of(rng, feature), start_of(rng, day))
    age = (month.through - day).days
    first.prompt_version = PROMPT_CHANGE[1 if age >= month.days // 2 else 2]
    first.throttled = month.is_age(age, INCIDENT_DAYS_BEFORE_END) and _is_incident(
        first.started, day
    )
    first.agreed_until = midnight_ms(month.discount_ends_on)
    first.loops = nth_run < LOOPING_RUNS and month.is_age(age, LOOP_DAYS_BEFORE_END)
    first.misses_cache = month.is_age(age, *CACHE_BREAK_DAYS_BEFORE_END)
    runs = [first]
    if feature is DRAFT_REPLY and rng.random() < _ASKED_AGAIN:
        runs.append(_again(rng, first))
    for run in runs:
        run.outcome = _outcome(rng, feature)
        _trace(run)
    runs[0].outcome = runs[-1].outcome
    return runs


def _again(rng: Random, first: Run) -> Run:
    """The user asks for another draft: a second run of the same task."""
    later = new_run(
        rng, first.feature, first.customer, first.started + 90_000 + rng.getrandbits(18)
    )
    later.task_id, later.user, later.session = first.task_id, first.user, first.session
    later.prompt_version, later.throttled = first.prompt_version, first.throttled
    later.agreed_until = first.agreed_until
    return later


def _is_incident(started: int, day: date) -> bool:
    return 14 <= (started - midnight_ms(day)) // HOUR_MS < 16


def _outcome(rng: Random, feature: Feature) -> str | None:
    if feature.judged == "nobody" or rng.random() < feature.unjudged:
        return None
    return "success" if rng.random() < feature.success else "failure"


def _trace(run: Run) -> None:
    root = run.open(f"POST /v1/{run.feature.name}", "", _root_attributes(run), kind=2)
    run.wait(10, 90)
    TRACED[run.feature.name](run, root.span_id)
    run.wait(5, 40)
    is_unanswered = not run.calls or not run.calls[-1].is_answered
    if is_unanswered and run.outcome is not None:
        run.outcome = "failure"
    if run.feature.judged == "trace" and run.outcome is not None:
        root.attributes["app.task.outcome"] = run.outcome
    run.close(root, failed=is_unanswered)


def _root_attributes(run: Run) -> Attributes:
    feature = run.feature
    attributes: Attributes = {
        "app.feature": feature.name,
        "gen_ai.workflow.name": feature.workflow,
        "app.task.id": run.task_id,
        "app.task.type": feature.task_type,
        "user.id": run.user,
        "session.id": run.session,
    }
    return attributes if run.customer is None else {"tenant.id": run.customer, **attributes}
