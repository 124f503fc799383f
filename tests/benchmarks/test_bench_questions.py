"""How long the questions of `docs/questions.md` take on a large month.

`UNITCOST_BENCH_QUESTIONS` sets how many requests the month has. Its first day is built, the others
repeat it. Asserts only that every question is answered.

    UNITCOST_BENCH_QUESTIONS=100000000 uv run pytest -n 0 -s \\
        tests/benchmarks/test_bench_questions.py
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from tests.benchmarks.asked import questions, seconds_by_question
from tests.benchmarks.made_month import FIRST, write_month
from tests.benchmarks.repeated_day import repeat_day
from unitcost.nightly import run_nightly
from unitcost.paths import Home

DAYS = 30
REQUESTS = int(os.environ.get("UNITCOST_BENCH_QUESTIONS", "0"))

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not REQUESTS, reason="set UNITCOST_BENCH_QUESTIONS, e.g. to 1000000"),
]


def test_every_question_is_answered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_month(home.landing, REQUESTS // DAYS, 1)
    run_nightly(home.root, FIRST)
    repeat_day(home.root, FIRST, DAYS, {t for sql in questions().values() for t in _tables(sql)})
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        con.execute(f"set memory_limit = '3GB'; set temp_directory = '{tmp_path / 'spill'}'")
        seconds = seconds_by_question(con)
    for question, taken in seconds.items():
        print(f"{taken:7.2f} s  {question}")  # noqa: T201 -- its answer
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{REQUESTS:,} requests, {sum(seconds.values()):.1f} s, peak {peak:,.0f} MiB")  # noqa: T201
    assert len(seconds) == len(questions()) > 0


def _tables(sql: str) -> set[str]:
    read = sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)
    return {f"{table.db}.{table.name}" for table in read if table.db}
