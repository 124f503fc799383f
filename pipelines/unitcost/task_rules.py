"""What a task is and when it succeeded, as far as a user sets it, and the SQL macros that say so.

Which statement holds of several is not decided here; `sql/core/tasks.sql` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, Field

from unitcost.sqltext import sql_text
from unitcost.statements import run

Name = Annotated[str, Field(min_length=1)]


class Labels(BaseModel):
    """`[tasks.labels]`: more words for an outcome, in any case; they go before the built-in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    success: tuple[Name, ...] = ()
    failure: tuple[Name, ...] = ()
    unknown: tuple[Name, ...] = ()


class TaskRules(BaseModel):
    """`[tasks]`: the unit that can succeed, and what says that it did."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Literal["run", "session"] = "run"
    """What a request belongs to where no task id says so: the workflow run, or the session or
    conversation where one is known."""
    scores: dict[Name, Decimal] = Field(default_factory=dict)
    """Name of an evaluation -> the score from which on it is a success, and below a failure."""
    labels: Labels = Labels()
    no_complaint_hours: dict[Name, Annotated[int, Field(ge=1, le=2160)]] = Field(
        default_factory=dict
    )
    """Task type, or `*` for every other -> hours after which a task of which nobody said anything,
    and whose last request was answered, is a success."""


def create_rule_macros(
    con: duckdb.DuckDBPyConnection, rules: TaskRules, passed: Mapping[str, date] | None = None
) -> None:
    """The rules as macros.

    `task_of(task_id, session_id, run_id)` is the task of a request. `score_passes(name, score)`
    says whether a score is a success, NULL where no rule speaks of it. `label_outcome(word)` is the
    outcome that a configured word means, else NULL. Names and words come in lower case.
    `silence_succeeds(task_type, on_day)` says whether nobody complained in time; `passed` is the
    last such day by task type (see `silence`).
    """
    unit = "session_id, run_id" if rules.unit == "session" else "run_id"
    bodies = {
        "task_of(task_id, session_id, run_id)": f"coalesce(task_id, {unit})",
        "score_passes(evaluation, score)": _case(
            [
                (f"evaluation = {sql_text(name.lower())}", f"score >= {threshold:f}")
                for name, threshold in sorted(rules.scores.items())
            ],
            "boolean",
        ),
        "label_outcome(word)": _case(
            [
                (f"word = {sql_text(word.lower())}", sql_text(outcome))
                for outcome, words in rules.labels
                for word in words
            ],
            "varchar",
        ),
        "silence_succeeds(task_type, on_day)": _silence(passed or {}),
    }
    for signature, body in bodies.items():
        run(con, f"create or replace macro {signature} as {body}")


def _silence(passed: Mapping[str, date]) -> str:
    named = [
        (f"task_type = {sql_text(kind)}", f"on_day <= date '{last}'")
        for kind, last in sorted(passed.items())
        if kind != "*"
    ]
    rest = [("true", f"on_day <= date '{passed['*']}'")] if "*" in passed else []
    return f"coalesce({_case([*named, *rest], 'boolean')}, false)"


def _case(branches: list[tuple[str, str]], kind: str) -> str:
    whens = " ".join(f"when {condition} then {result}" for condition, result in branches)
    null = f"cast(null as {kind})"
    return f"case {whens} else {null} end" if branches else null
