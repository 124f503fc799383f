"""Marts that add up daily parts say what a reading of every request says, to the last digit.

The requests are made by chance, once: tasks and runs of one day and of several, of several models
and features, some without a price, judged anew on any of their days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from tests.given import given
from tests.sql.by_every_request import COLUMNS, WHOLE
from tests.sql.mart_inputs import request
from unitcost.days.earlier import UNITS, open_earlier
from unitcost.lake.files import write_rows
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.tables import row_models
from unitcost.workbench import contents_of, create_view, open_workbench, run_step, run_steps
from unitcost_models.marts import CostPerRequest
from unitcost_models.tasks import Task

DAYS = [date(2026, 3, 30) + timedelta(n) for n in range(4)]
"""Over the end of a month and the beginning of a week."""
REQUESTS = 600
INPUTS = (CostPerRequest.table, Task.table)
PARTS = (
    "marts.workflow_runs",
    "marts.carried_requests",
    "marts.requests_by_hour",
    "marts.requests_by_size",
    "marts.answers_by_length",
    "marts.retrieval_prompts",
    "marts.calls_by_attempts",
    "marts.tasks_by_dimension",
    "marts.tasks_by_cost",
    "marts.runs_by_stage",
    "marts.waste_by_prompt",
    "marts.cost_per_feature",
)
VIEWS = (
    *("carried_tasks", "cost_per_success", "token_floor", "fan_out", "retry_depth"),
    *("cost_kinds", "cache_hits", "context_sizes", "prompt_growth", "token_profile"),
    *("retrieval_padding", "verbosity", "waste_per_month"),
)


def _requests(chance: Random) -> list[dict[str, Any]]:
    """Two thirds of the units spend on one day, the others on any; a fifth is tried again."""
    rows: list[dict[str, Any]] = []
    days = [DAYS if unit % 3 == 0 else [chance.choice(DAYS)] for unit in range(150)]
    for n in range(REQUESTS):
        unit = chance.randrange(150)
        day = chance.choice(days[unit])
        retries = bool(rows) and chance.random() < 0.2 and rows[-1]["day"] == day
        cost = chance.choice((None, "0.01", "0.02", "0.5", "0.013", "1.25", "0"))
        rows.append(
            request(f"r{n:04}", cost)
            | {
                "call_id": rows[-1]["call_id"] if retries else f"c{n}",
                "day": day,
                "started_at": datetime.combine(day, time(chance.randrange(24))),
                "task_id": f"t{unit}" if unit % 7 else None,
                "workflow_run_id": f"w{unit}" if unit % 11 else None,
                "provider": chance.choice(("acme", "zeta")),
                "model": chance.choice(("big", "small")),
                "prompt_name": chance.choice(("p", "q")),
                "prompt_version": chance.choice("12"),
                "feature": chance.choice((None, "f")),
                "workflow": chance.choice(("v", "w")),
                "stage": chance.choice((None, "inference", "inference", "retrieval", "evaluation")),
                "environment": chance.choice((None, "prod", "dev")),
                "usage_basis": chance.choice(("reported", "partial")),
                "billed_state": chance.choice(("billed", "unknown")),
                "waste_class": chance.choice((None, None, "errored", "truncated")),
                "prompt_tokens": chance.choice((None, 0, 700, 1500, 2500)),
                "completion_tokens": chance.choice((None, 0, *range(1, 40))),
                "reasoning_tokens": chance.choice((None, 1)),
                "task_type": chance.choice((None, "k")),
                "status": chance.choice(("ok", "ok", "truncated", "error")),
                "cache_read_tokens": chance.choice((None, 100)),
                "cache_read_cost_usd": "0",
                "cache_write_cost_usd": "0",
                "output_cost_usd": cost,
                "cost_lower_bound_usd": cost or "0",
                "cost_upper_bound_usd": chance.choice((cost, "2")),
            }
        )
        if retries:
            rows[-2]["is_final_attempt"] = False
    return rows


def _tasks(chance: Random, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A task's rows tell of its kind and its end what was known by its requests of the day."""
    spent: dict[str, set[date]] = {}
    for row in requests:
        if row["task_id"]:
            spent.setdefault(row["task_id"], set()).add(row["day"])
    return [
        {
            "task_id": task,
            "day": day,
            "started_on": min(days),
            "feature": chance.choice((None, "f")),
            "workflow": chance.choice(("v", "w")),
            "task_type": chance.choice(("k", "l")),
            "customer_id": chance.choice((None, "c")),
            "outcome": chance.choice(("success", "success", "failure", "unknown")),
            "outcome_at": chance.choice((None, datetime(2026, 4, 5))),
            "human_cost_usd": chance.choice((None, "3")) if day == min(days) else None,
            "tool_cost_usd": None,
        }
        for task, days in spent.items()
        for day in sorted(days)
    ]


def _build(con: duckdb.DuckDBPyConnection, lake: Path, day: date) -> None:
    """A day's parts as its build makes them: what went on is read from the files of days before."""
    for table in INPUTS:
        con.execute(f"create or replace table {table} as from whole.{_noun(table)}")
        con.execute(f"delete from {table} where day <> $1", [day])
        _write(con, lake, table, day)
    for unit in UNITS:
        key = unit.key[0]
        con.execute(
            f"""create or replace table {unit.table} as
                select distinct {key}, day from whole.cost_per_request where day < $1
                and {key} in (select {key} from whole.cost_per_request where day = $1)""",
            [day],
        )
    open_earlier(cast("Session", _Kept(lake)), con)
    there = contents_of(con, done=(u.table for u in UNITS))
    for part in PARTS:
        run_steps(con, [part], day, there)
        _write(con, lake, part, day)


def _write(con: duckdb.DuckDBPyConnection, lake: Path, table: str, day: date) -> None:
    write_rows(con, row_models()[table], f"from {table}", lake / table / str(day))


def _noun(table: str) -> str:
    return table.split(".")[1]


class _Kept(SimpleNamespace):
    """A session that knows the files of a folder."""

    def __init__(self, lake: Path) -> None:
        super().__init__(catalogue=self)
        self.lake = lake

    def live(self, table: str, days: list[date]) -> list[Path]:
        return [file for day in days for file in (self.lake / table / str(day)).rglob("*.parquet")]

    def absolute(self, files: list[Path]) -> list[str]:
        return [str(file) for file in files]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The parts of all days, and views on them."""
    lake, chance = tmp_path_factory.mktemp("lake"), Random(5)
    with open_workbench() as con:
        requests = _requests(chance)
        held = CostPerRequest.model_fields
        given(con, CostPerRequest, *({k: v for k, v in r.items() if k in held} for r in requests))
        given(con, Task, *_tasks(chance, requests))
        con.execute("create schema whole")
        for table in INPUTS:
            con.execute(f"create table whole.{_noun(table)} as from {table}")
        for day in DAYS:
            _build(con, lake, day)
        for table in (*INPUTS, *PARTS):
            con.execute(f"drop table {table}")
            create_view(con, table, [str(file) for file in (lake / table).rglob("*.parquet")])
        for view in ("task_costs", *VIEWS):
            run_step(con, f"marts.{view}", DAYS[0])
        yield con


def test_some_tasks_go_on_and_most_do_not(published: duckdb.DuckDBPyConnection) -> None:
    ((tasks, carried),) = published.execute(
        """select count(distinct task_id), count(distinct task_id) filter (day > started_on)
           from core.tasks"""
    ).fetchall()
    assert 20 < carried < tasks / 2
    ((counted,),) = published.execute(
        "select count(*) from marts.carried_tasks where tasks = 1"
    ).fetchall()
    assert counted == carried


@pytest.mark.parametrize("mart", WHOLE)
def test_parts_add_up_to_what_every_request_says(
    published: duckdb.DuckDBPyConnection, mart: str
) -> None:
    of_parts = published.execute(f"select {COLUMNS[mart]} from marts.{mart}").fetchall()
    key = len(row_models()[f"marts.{mart}"].key)
    assert sorted(of_parts, key=lambda row: row[:key]) == published.execute(WHOLE[mart]).fetchall()
    assert len(of_parts) > 1


def test_every_question_of_parts_reads_no_request() -> None:
    """What grows with every request is read when a day is built, and not again."""
    for view in VIEWS:
        assert "marts.cost_per_request" not in load_query(f"marts.{view}").inputs
