"""What truly happened: requests, tokens and cost, counted from the invention and not its files.

A warehouse that read the files must come to the same numbers to the last digit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from unitcost.demo.business import outcome_rows
from unitcost.demo.people import HOUR_MS
from unitcost.demo.run import UNSEEN, Call, Run, Usage
from unitcost.demo.scenario import CLASSIFICATION, PICO, Rates, picos
from unitcost.demo.traffic import Month, simulate_day

ModelKey = tuple[str, str, str]
"""Provider, model as asked for, service tier."""


def cost_of(call: Call) -> int | None:
    """What the provider charges for the call's usage, in 1e-12 dollars; None without a price."""
    return _priced(call.usage, call.model.rates)


def list_cost_of(call: Call) -> int | None:
    """The same by the provider's list, which knows of no agreement."""
    return _priced(call.usage, call.model.list_rates or call.model.rates)


def _priced(usage: Usage, rates: Rates | None) -> int | None:
    if rates is None:
        return None
    fresh, read, write, output, search_unit = picos(rates)
    return (
        usage.input_tokens * fresh
        + usage.cache_read_tokens * read
        + usage.cache_write_5m_tokens * write
        + usage.completion_tokens * output
        + usage.search_units * search_unit
    )


def dollars(picos: int) -> Decimal:
    """Exact dollars."""
    return Decimal(picos).scaleb(-PICO)


def day_of(call: Call) -> date:
    """The UTC day on which the call started."""
    return datetime.fromtimestamp(call.started // 1_000, tz=UTC).date()


class Loop(NamedTuple):
    """An agent run that asked its tool the same thing: how often, and what that took."""

    tool_calls: int
    requests: int
    cost_usd: Decimal


@dataclass
class Truth:
    """Sums over the month, as a perfect reader of the files would find them.

    `requests` counts attempts. `tokens` holds what the files tell of billed usage, by model.
    `cost_usd` is the cost of every request whose cost can be known; `unpriced` counts the others
    by reason. `tasks` counts tasks by type and outcome, as far as it was stated by the last day.
    `discount_usd` is what the agreed discount took off the list price. `unseen_usd` is what the
    providers bill and no log tells. `throttled` counts requests turned away, by feature and hour;
    `loops` has the agent runs that went round in circles, by trace.
    """

    requests: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    requests_by_feature: Counter[str] = field(default_factory=Counter)
    tokens: dict[ModelKey, Usage] = field(default_factory=dict)
    cost_usd: Decimal = Decimal(0)
    cost_by_day: dict[date, Decimal] = field(default_factory=dict)
    cost_by_feature: dict[str, Decimal] = field(default_factory=dict)
    cost_by_customer: dict[str | None, Decimal] = field(default_factory=dict)
    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    unpriced: Counter[str] = field(default_factory=Counter)
    discount_usd: Decimal = Decimal(0)
    unseen_usd: Decimal = Decimal(0)
    throttled: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    loops: dict[str, Loop] = field(default_factory=dict)

    def add(self, call: Call) -> None:
        """Count one request."""
        self.requests += 1
        self.by_status[call.ending] += 1
        self.requests_by_feature[call.run.feature.name] += 1
        if call.is_answered:
            self._add_tokens(call)
        self._add_cost(call)
        if call.ending == "rate_limited":
            hour = datetime.fromtimestamp(call.started // HOUR_MS * 3_600, tz=UTC)
            self.throttled[call.run.feature.name, hour.replace(tzinfo=None)] += 1

    def add_loop(self, run: Run) -> None:
        """Remember a run that went round in circles, if it got far enough to be one."""
        asked = [step.started for step in run.steps if "gen_ai.tool.name" in step.attributes]
        if run.loops and len(asked) >= 3:
            took = [call for call in run.calls if asked[0] < call.started <= asked[-1]]
            known = [cost_of(call) or 0 for call in took if call.is_answered]
            self.loops[run.trace_id] = Loop(len(asked), len(took), dollars(sum(known)))

    def add_tasks(self, runs: list[Run], through: date) -> None:
        """Count the tasks that these runs worked on; runs of the batch job have none."""
        stated = {run.task_id for _, run in outcome_rows(runs, through)}
        for run in {run.task_id: run for run in runs if run.feature is not CLASSIFICATION}.values():
            is_known = run.task_id in stated or run.feature.judged == "trace"
            outcome = run.outcome if is_known else None
            self.tasks[run.feature.task_type, outcome or "unknown"] += 1

    def _add_tokens(self, call: Call) -> None:
        key = (call.model.provider, call.model.name, call.model.service_tier)
        sums = self.tokens.get(key, Usage())
        self.tokens[key] = Usage(*(a + b for a, b in zip(sums, call.usage, strict=True)))

    def _add_cost(self, call: Call) -> None:
        picos = cost_of(call)
        if call.ending in UNSEEN:
            self.unpriced["usage_missing"] += 1
            self.unseen_usd += dollars(picos or 0)
        elif picos is None:
            self.unpriced["unknown_model"] += 1
        elif call.is_answered:
            self._spend(call, dollars(picos))
            self.discount_usd += dollars((list_cost_of(call) or 0) - picos)

    def _spend(self, call: Call, cost: Decimal) -> None:
        day, feature, customer = day_of(call), call.run.feature.name, call.run.customer
        self.cost_usd += cost
        self.cost_by_day[day] = self.cost_by_day.get(day, Decimal(0)) + cost
        self.cost_by_feature[feature] = self.cost_by_feature.get(feature, Decimal(0)) + cost
        self.cost_by_customer[customer] = self.cost_by_customer.get(customer, Decimal(0)) + cost


def demo_truth(through: date, seed: int = 7, days: int = 30) -> Truth:
    """The truth about the month that `write_demo` writes for the same arguments."""
    month, truth = Month(through, seed, days), Truth()
    for day in month.dates():
        runs = simulate_day(month, day)
        truth.add_tasks(runs, through)
        for run in runs:
            truth.add_loop(run)
            for call in run.calls:
                truth.add(call)
    return truth
