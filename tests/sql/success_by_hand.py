"""Tasks of given outcomes and costs, and what marts.cost_per_success makes of them."""

from __future__ import annotations

from typing import Any

import duckdb

from tests.sql.mart_inputs import DAY
from unitcost.workbench import create_empty, run_step
from unitcost_models.marts import CostPerRequest
from unitcost_models.tasks import Task


def run(con: duckdb.DuckDBPyConnection, columns: str, where: str) -> list[tuple[Any, ...]]:
    """Rows of marts.cost_per_success made now."""
    for mart in ("carried_tasks", "cost_per_success"):
        run_step(con, f"marts.{mart}", DAY)
    return con.execute(f"select {columns} from marts.cost_per_success where {where}").fetchall()


def put_tasks(
    con: duckdb.DuckDBPyConnection, model: str, succeeded: int, failed: int, costs: tuple[str, str]
) -> None:
    """One request a task; each side's cost lies on its first task and is 0 on the others."""
    won, lost = costs
    create_empty(con, CostPerRequest)
    create_empty(con, Task)
    made = f"select * from range({succeeded + failed}) as t(n)"
    con.execute(
        f"""insert into core.tasks by name
            select 't' || n as task_id, $day as day, $day as started_on,
                if(n < {succeeded}, 'success', 'failure') as outcome from ({made})""",
        {"day": DAY},
    )
    con.execute(
        f"""insert into marts.cost_per_request by name
            select 'r' || n as request_id, 't' || n as task_id, $day as day, '{model}' as model,
                'acme' as provider,
                case n when 0 then {won if succeeded else lost} when {succeeded} then {lost} else 0
                end as cost_usd,
                cost_usd as cost_lower_bound_usd, cost_usd as cost_upper_bound_usd from ({made})""",
        {"day": DAY},
    )


def spread_calls(con: duckdb.DuckDBPyConnection, calls: int) -> None:
    con.execute(
        """insert into marts.cost_per_request by name
           select c.* replace ('more' || n as request_id, 0 as cost_usd)
           from marts.cost_per_request as c cross join range(?) as r(n) where request_id = 'r1'""",
        [calls - 500],
    )
