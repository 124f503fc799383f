"""A verdict that comes after its month was closed is posted to the open one, and the books stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.answers import ask
from tests.pipeline.books import (
    OCTOBER,
    THROUGH,
    contents,
    kept_files,
    night,
    postings,
    tables_of,
)
from unitcost.paths import Home
from unitcost.why.tracing import trace


@pytest.fixture
def home(closed_books: Home) -> Home:
    """A home whose October is closed, with tasks that nobody has judged."""
    return closed_books


def judge(home: Home, outcome: str, judged_at: str) -> None:
    """A verdict on the task of 2.25 USD."""
    verdict = {"task_id": "task a", "outcome": outcome, "judged_at": judged_at}
    file = home.landing / f"outcomes/{outcome}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(verdict))


def documented_queries() -> list[str]:
    page = (Path(__file__).parents[2] / "docs" / "closing.md").read_text()
    blocks = [block.split("```")[0] for block in page.split("```sql")[1:]]
    (verdicts,) = [block for block in blocks if "outcome_adjustments" in block]
    return verdicts.strip().rstrip(";").split(";")


def test_a_late_verdict_is_an_adjustment_of_the_open_month(home: Home) -> None:
    own = home.closed / f"{OCTOBER}.duckdb"
    before, frozen = kept_files(home), contents(own, tables_of(own))
    reported = f"from marts.success_as_reported where month = '{OCTOBER}' order by all"
    booked = ask(home, reported)

    judge(home, "success", "2026-11-02T08:00:00Z")
    night(home)

    usd: Callable[[str], Decimal] = Decimal
    assert kept_files(home) == before
    assert contents(own, tables_of(own)) == frozen
    assert ask(home, reported) == booked
    moved, known = (ask(home, sql) for sql in documented_queries())
    assert moved == [
        (THROUGH, OCTOBER, "task a", "unknown", "success", usd("2.25"), 0, usd("-2.25"), 0)
    ]
    total = usd("2.75007375")
    assert known == [(OCTOBER, 0, None, 1, total), ("2026-11", 0, None, 0, None)]
    assert ask(home, "from core.adjustments") == []
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        kind = ["task_type=(unattributed)", "feature=chat", "workflow=(unattributed)"]
        posted = [f"day={THROUGH}", "posting_no=1", "adjusted_day=2026-10-30", "task_id=task a"]
        found = trace(con, "core.outcome_adjustments", [*posted, *kind, "outcome_after=success"], 5)
        restated = trace(con, "core.restated_tasks", ["task_id=task a", *kind], 5)
    assert (restated.requests, restated.lines) == (1, found.lines)
    assert (found.requests, found.cost_usd) == (1, usd("2.25"))
    assert [row[2] for row in found.lines.rows] == ["outcomes/success.jsonl"]
    in_november = """select sum(adjusted_succeeded), sum(adjusted_unknown),
                         sum(succeeded_adjustment_usd), sum(tasks)
                     from marts.success_as_reported where month = '2026-11'"""
    assert ask(home, in_november) == [(1, -1, usd("2.25"), 1)]

    # Another verdict starts from what was posted.
    judge(home, "failure", "2026-11-03T08:00:00Z")
    night(home, date(2026, 11, 3))
    last = """select day, outcome_before, outcome_after, amount_usd, failed_amount_usd
              from core.outcome_adjustments where posting_no = 2"""
    assert ask(home, last) == [(date(2026, 11, 3), "success", "failure", 0, usd("2.25"))]
    assert [(p.month, p.amount_usd, p.judged_tasks) for p in postings(home)] == [
        (OCTOBER, usd("0"), 1),
        (OCTOBER, usd("0"), 1),
    ]
    assert kept_files(home) == before
