"""Marts of real logs that no source reads call by call: the tables that docs/real-data.md shows.

Each mapping says what of the log becomes which column; nothing is made up beside the day.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.sql.mart_inputs import DAY, add_up
from unitcost.workbench import create_empty, run_step
from unitcost_models.marts import CostPerRequest
from unitcost_models.tasks import Task

Connection = duckdb.DuckDBPyConnection
PAGE = Path(__file__).resolve().parents[2] / "docs/real-data.md"
_BLOCK = 512
"""Tokens of a block of Mooncake's prompts; equal ids are equal prefixes."""


def shown(rows: list[tuple[Any, ...]]) -> None:
    """Every row stands in the page as it is."""
    written = PAGE.read_text().splitlines()
    for row in rows:
        cells = (f"{v:,}" if isinstance(v, int) else f"{v}" for v in row)
        assert f"| {' | '.join(cells)} |" in written


def read(con: Connection, mart: str, columns: str, rest: str = "") -> list[tuple[Any, ...]]:
    run_step(con, f"marts.{mart}", DAY)
    return con.execute(f"select {columns} from marts.{mart} {rest}").fetchall()


@pytest.fixture
def mooncake(workbench: Connection, shared_data: Path) -> Connection:
    """A block is reused where all blocks up to it stood at the head of an earlier prompt."""
    create_empty(workbench, CostPerRequest)
    for name in ("conversation", "synthetic"):
        trace = f"read_ndjson('{shared_data}/mooncake/{name}_trace.jsonl')"
        workbench.execute(
            f"""insert into marts.cost_per_request by name
                with requests as (select row_number() over () as n, * from {trace}),
                blocks as (
                    select n, unnest(hash_ids) as id, unnest(range(len(hash_ids))) as place
                    from requests
                ),
                firsts as (select id, min(n) as first_n from blocks group by id),
                reused as (
                    select n, coalesce(
                        min(place) filter (where first_n = n), count(*)
                    ) as reused_blocks
                    from blocks inner join firsts using (id) group by n
                )
                select '{name} ' || n as request_id, '{name}' as feature, date '{DAY}' as day,
                    timestamp '{DAY}' + to_milliseconds(timestamp) as started_at,
                    'moonshot' as provider, true as is_final_attempt, input_length as prompt_tokens,
                    output_length as completion_tokens,
                    least(reused_blocks * {_BLOCK}, input_length) as cache_read_tokens
                from requests inner join reused using (n)"""
        )
    add_up(workbench, "marts.requests_by_hour", "marts.requests_by_size")
    return workbench


def test_mooncakes_prefixes_have_a_measured_reuse(mooncake: Connection) -> None:
    rows = read(
        mooncake,
        "cache_hits",
        """feature, sum(requests)::bigint, sum(prompt_tokens)::bigint,
           sum(cache_read_tokens)::bigint,
           round(decimal_division(
               100 * sum(cache_read_tokens)::bigint, sum(prompt_tokens)::bigint, 6), 1)""",
        "group by feature order by feature",
    )
    assert [row[1] for row in rows] == [12031, 3993]
    shown(rows)


def test_mooncakes_prompts_have_sizes(mooncake: Connection) -> None:
    rows = read(
        mooncake,
        "context_sizes",
        "from_prompt_tokens, requests, prompt_tokens",
        "where feature = 'conversation' order by from_prompt_tokens",
    )
    assert sum(row[1] for row in rows) == 12031
    shown(rows)


def test_an_agents_context_grows_turn_by_turn(workbench: Connection, shared_data: Path) -> None:
    """OpenHands' runs: its calls in order; it states that none of them cost anything."""
    create_empty(workbench, CostPerRequest)
    runs = f"read_ndjson('{shared_data}/openhands/multi_swe_bench_output.jsonl')"
    workbench.execute(
        f"""insert into marts.cost_per_request by name
            with calls as (
                select instance_id, unnest(metrics.token_usages) as used,
                    unnest(range(len(metrics.token_usages))) as place
                from {runs}
            )
            select used.response_id as request_id, instance_id as session_id,
                'coding' as feature, date '{DAY}' as day,
                timestamp '{DAY}' + to_seconds(place) as started_at, 'ok' as status,
                true as is_final_attempt, 'inference' as stage,
                used.prompt_tokens as prompt_tokens,
                used.completion_tokens as completion_tokens, 0 as cost_usd
            from calls"""
    )
    rows = read(
        workbench,
        "conversation_turns",
        "turn_no, calls, round(prompt_per_call, 0), round(prompt_to_first_turn_pct, 0)",
        "where turn_no in (1, 5, 10, 15, 20) order by turn_no",
    )
    assert [row[1] for row in rows] == [3, 3, 3, 3, 48]
    shown(rows)


def test_trajectories_have_a_cost_per_task(workbench: Connection, shared_data: Path) -> None:
    """SWE-agent tells cost, tokens and calls of a task as a whole, and no verdict."""
    create_empty(workbench, CostPerRequest)
    create_empty(workbench, Task)
    workbench.execute(
        f"""create table told as
            select parse_filename(filename) as task_id, unnest(info.model_stats)
            from read_json('{shared_data}/swe_agent/*.traj.json', filename = true,
                columns = {{info: 'STRUCT(model_stats STRUCT(
                    instance_cost DECIMAL(38,12), tokens_sent BIGINT, tokens_received BIGINT,
                    api_calls BIGINT))'}}, maximum_object_size = 100000000)"""
    )
    workbench.execute(
        f"""insert into core.tasks by name
            select task_id, date '{DAY}' as day, day as started_on, 'unknown' as outcome
            from told"""
    )
    workbench.execute(
        f"""insert into marts.cost_per_request by name
            select task_id || n as request_id, task_id, date '{DAY}' as day, 'reported' as
                usage_basis, 'billed' as billed_state, 'swe-agent' as provider,
                case n when 0 then tokens_sent else 0 end as prompt_tokens,
                case n when 0 then tokens_received else 0 end as completion_tokens,
                case n when 0 then instance_cost else 0 end as cost_usd,
                cost_usd as cost_lower_bound_usd, cost_usd as cost_upper_bound_usd
            from told cross join range(50) as r(n) where n < api_calls"""
    )
    add_up(workbench, "marts.tasks_by_dimension", "marts.requests_by_hour")
    run_step(workbench, "marts.carried_tasks", DAY)
    rows = read(
        workbench,
        "cost_per_success",
        """tasks, requests, round(cost_usd, 5), round(cost_per_task_usd, 5),
           round(unknown_pct, 0), succeeded""",
        "where period = 'day' and dimension = 'all'",
    )
    assert [row[:2] for row in rows] == [(3, 5 + 5 + 12)]
    shown(rows)
    shown(read(workbench, "token_profile", "round(prompt_per_completion, 1)"))
