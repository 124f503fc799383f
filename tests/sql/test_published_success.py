"""marts.cost_per_success against figures that others have published."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.sql.mart_inputs import DAY, add_up
from tests.sql.success_by_hand import put_tasks, run, spread_calls
from unitcost.workbench import create_empty
from unitcost_models.marts import CostPerRequest
from unitcost_models.tasks import Task

ROOT = Path(__file__).resolve().parents[2]


LEADERBOARD = {
    # mini-SWE-agent on 500 tasks: solved, total, per solved, share spent on unsolved, calls
    "gpt-5": (325, "140.19", "0.4314", "31.7", 6_604),
    "gpt-5-mini": (299, "17.74", "0.0593", "40.5", 7_233),
    "sonnet-4": (324, "185.73", "0.5732", "34.9", 18_586),
    "sonnet-4-5": (353, "279.17", "0.7908", "28.1", 25_494),
}


@pytest.mark.parametrize("model", LEADERBOARD)
def test_leaderboards_figures_come_of_rows_of_its_shape(
    workbench: duckdb.DuckDBPyConnection, model: str
) -> None:
    solved, total, per_solved, share, calls = LEADERBOARD[model]
    unsolved_usd = (Decimal(total) * Decimal(share) / 100).quantize(Decimal("0.0001"))
    put_tasks(
        workbench,
        model,
        solved,
        500 - solved,
        (str(Decimal(total) - unsolved_usd), str(unsolved_usd)),
    )
    spread_calls(workbench, calls)

    add_up(workbench, "marts.tasks_by_dimension")
    columns = """tasks, cost_usd, round(cost_per_successful_task_usd, 4),
        round(failed_cost_pct, 1), requests"""
    assert run(workbench, columns, f"period = 'month' and member = '{model}'") == [
        (500, Decimal(total), Decimal(per_solved), Decimal(share), calls)
    ]


def test_real_trials_have_a_cost_per_success(
    workbench: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    """tau-bench airline: 50 tasks tried four times; the user model's cost is all that it tells."""
    create_empty(workbench, CostPerRequest)
    create_empty(workbench, Task)
    trials = f"""
        select concat(task_id, ' ', trial) as task_id, date '{DAY}' as day, day as started_on,
            if(reward = 1, 'success', 'failure') as outcome, 'airline' as task_type,
            task_id as request_id, 'openai' as provider, 'gpt-4o' as model,
            round(info.user_cost::decimal(38, 12), 9)::decimal(38, 12) as cost_usd,
            cost_usd as cost_lower_bound_usd, cost_usd as cost_upper_bound_usd
        from read_json('{shared_data}/tau_bench/gpt-4o-airline.json',
            maximum_object_size = 100000000)"""
    of_task = "task_id, day, started_on, outcome, task_type"
    workbench.execute(f"insert into core.tasks by name select {of_task} from ({trials})")
    workbench.execute(
        f"""insert into marts.cost_per_request by name
            select * exclude (started_on, task_type) from ({trials})"""
    )
    add_up(workbench, "marts.tasks_by_dimension")
    columns = """tasks, succeeded, cost_usd, round(success_rate_low_pct, 1),
        round(success_rate_high_pct, 1), round(cost_per_successful_task_usd, 5),
        round(failed_cost_pct, 1)"""
    (row,) = run(workbench, columns, "period = 'month' and dimension = 'task_type'")
    assert [str(value) for value in row[:2]] == ["200", "84"]
    assert row[2] == Decimal("0.50315")
    written = (ROOT / "docs/success.md").read_text()
    assert f"| {' | '.join(f'{value:f}' for value in row[3:])} |" in written
