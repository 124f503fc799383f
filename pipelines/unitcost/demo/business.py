"""What the product's own systems know: how tasks ended, and what customers pay.

Outcomes of some features are judged days after the task; what is judged after the last day is not
known yet and not written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

from unitcost.demo.people import midnight_ms
from unitcost.demo.run import Run
from unitcost.demo.scenario import CUSTOMERS, plan_of

_DAY_MS = 86_400_000
_AT_ONCE = 0.6


def outcome_rows(runs: Iterable[Run], through: date) -> list[tuple[int, Run]]:
    """When each later judgement was made and of which run, judgements up to the last day only."""
    end = midnight_ms(through) + _DAY_MS
    rows = []
    for run in {run.task_id: run for run in runs}.values():
        if run.feature.judged == "later" and run.outcome is not None:
            judged_at = run.clock + _delay_ms(run.task_id)
            if judged_at < end:
                rows.append((judged_at, run))
    return rows


def _delay_ms(task_id: str) -> int:
    rng = Random(task_id)  # noqa: S311 (an invention, not a secret)
    if rng.random() < _AT_ONCE:
        return int(rng.expovariate(1 / 3_600_000))
    return int(min(rng.expovariate(1 / (1.5 * _DAY_MS)), 9 * _DAY_MS))


def outcomes_csv(rows: Iterable[tuple[int, Run]]) -> str:
    """The helpdesk's export of judged tasks."""
    lines = [
        (run.task_id, run.outcome or "", _iso(judged_at), "helpdesk")
        for judged_at, run in sorted(rows, key=lambda row: (row[0], row[1].task_id))
    ]
    return _csv(("task_id", "outcome", "outcome_at", "outcome_source"), lines)


def revenue_csv(days: Sequence[date]) -> str:
    """What every customer pays for these days: as much of a month as they are of thirty."""
    first, last = days[0].isoformat(), days[-1].isoformat()
    lines = []
    for rank, customer in enumerate(CUSTOMERS):
        plan, monthly = plan_of(rank)
        amount = f"{_share_of_month(monthly, len(days)):f}"
        lines.append((customer, first, last, plan, amount, "USD"))
    header = ("customer_id", "period_start", "period_end", "plan", "amount", "currency")
    return _csv(header, lines)


def _share_of_month(monthly: Decimal, days: int) -> Decimal:
    return (monthly * days / 30).quantize(Decimal("0.01"))


def _iso(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms // 1_000, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(header: Sequence[str], lines: Iterable[Sequence[str | Decimal]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
