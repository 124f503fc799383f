"""How long the questions of `docs/questions.md` take on a large month.

`UNITCOST_BENCH_QUESTIONS` sets how many requests the month has. Its first day is built, the others
repeat it. Asserts only that every question is answered.

    UNITCOST_BENCH_QUESTIONS=100000000 uv run pytest -n 0 -s \\
        tests/benchmarks/test_bench_questions.py
"""

from __future__ import annotations

import os
import resource
import time
import tomllib
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from tests.benchmarks.made_month import FIRST, write_month
from tests.benchmarks.repeated_day import repeat_day
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.questions_page import QUESTIONS

DAYS = 30
REQUESTS = int(os.environ.get("UNITCOST_BENCH_QUESTIONS", "0"))

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not REQUESTS, reason="set UNITCOST_BENCH_QUESTIONS, e.g. to 1000000"),
]


def questions() -> dict[str, str]:
    """Question -> the SQL that answers it."""
    topics = tomllib.loads(QUESTIONS.read_text(encoding="utf-8")).values()
    return {q: sql for topic in topics for q, sql in topic.items() if sql.startswith("select")}


def test_every_question_is_answered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_month(home.landing, REQUESTS // DAYS, 1)
    run_nightly(home.root, FIRST)
    repeat_day(home.root, FIRST, DAYS, {t for sql in questions().values() for t in _tables(sql)})
    seconds = {}
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        con.execute(f"set memory_limit = '3GB'; set temp_directory = '{tmp_path / 'spill'}'")
        for question, sql in questions().items():
            begin = time.perf_counter()
            assert con.execute(sql).description
            con.fetchall()
            seconds[question] = time.perf_counter() - begin
    for question in sorted(seconds, key=lambda q: -seconds[q]):
        print(f"{seconds[question]:7.2f} s  {question}")  # noqa: T201 -- its answer
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{REQUESTS:,} requests, {sum(seconds.values()):.1f} s, peak {peak:,.0f} MiB")  # noqa: T201


def _tables(sql: str) -> set[str]:
    read = sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table)
    return {f"{table.db}.{table.name}" for table in read if table.db}
