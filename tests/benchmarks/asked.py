"""Asks a warehouse the questions of `docs/questions.md` that are SQL, and times each."""

from __future__ import annotations

import time
import tomllib

import duckdb

from unitcost.questions_page import QUESTIONS


def questions() -> dict[str, str]:
    """Question -> the SQL that answers it."""
    topics = tomllib.loads(QUESTIONS.read_text(encoding="utf-8")).values()
    return {q: sql for topic in topics for q, sql in topic.items() if sql.startswith("select")}


def seconds_by_question(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Seconds that each takes, the slowest first."""
    seconds = {question: _seconds(con, sql) for question, sql in questions().items()}
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def _seconds(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    begin = time.perf_counter()
    con.execute(sql).fetchall()
    return time.perf_counter() - begin
