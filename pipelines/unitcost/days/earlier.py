"""Puts before a day the requests of tasks and runs that go on on it.

Of each those of its last day before, priced; nothing of what ended earlier.
"""

from __future__ import annotations

import duckdb

from unitcost.session import Session
from unitcost.workbench import create_empty
from unitcost_models.base import Row
from unitcost_models.carried import EarlierRequest, EarlierTask
from unitcost_models.marts import CostPerRequest, RunDay
from unitcost_models.tasks import Task, TaskDay

UNITS: tuple[type[Row], ...] = (TaskDay, RunDay)
"""Tables of the days before on which a unit spent; the first column is the unit's id."""

_REQUESTS = """
    insert into steps.earlier_requests by name
    select request_id, day as spent_on, task_id, workflow_run_id, provider, model, prompt_name,
        prompt_version, workflow, stage, is_final_attempt, cost_usd
    from read_parquet($files, hive_partitioning = false)
    where {of_unit}
"""
_TASKS = """
    insert into steps.earlier_tasks by name
    select * from read_parquet($files, hive_partitioning = false)
    where (task_id, day) in (from core.task_days)
"""


def open_earlier(session: Session, con: duckdb.DuckDBPyConnection) -> None:
    """The requests and tasks of the days that the tables of `UNITS`, which are there, name."""
    create_empty(con, EarlierRequest)
    create_empty(con, EarlierTask)
    found = " union ".join(_last_days(unit) for unit in UNITS)
    days = [day for (day,) in con.execute(found).fetchall()]
    if files := session.absolute(session.catalogue.live(CostPerRequest.table, days)):
        of_unit = " or ".join(f"{_id(u)} in (select {_id(u)} from {u.table})" for u in UNITS)
        con.execute(_REQUESTS.format(of_unit=of_unit), {"files": files})
    if files := session.absolute(session.catalogue.live(Task.table, days)):
        con.execute(_TASKS, {"files": files})


def _last_days(unit: type[Row]) -> str:
    return f"select max(day) from {unit.table} group by {_id(unit)}"


def _id(unit: type[Row]) -> str:
    return unit.key[0]
