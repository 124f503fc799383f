"""The graph as a readable text, and the schedule's day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from unitcost.definitions import build_definitions

GRAPH = Path(__file__).parents[1] / "fixtures" / "graph.txt"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(str(tmp_path_factory.mktemp("home")))


def graph(definitions: dg.Definitions) -> str:
    """One line an asset: key, group, partitioned or not, what it is made from."""
    nodes = definitions.resolve_asset_graph()
    lines = []
    for key in sorted(nodes.get_all_asset_keys()):
        node = nodes.get(key)
        daily = "daily" if node.partitions_def else "whole"
        parents = " ".join(sorted(parent.to_user_string() for parent in node.parent_keys))
        lines.append(f"{key.to_user_string()} [{node.group_name}, {daily}] <- {parents}".rstrip())
    return "\n".join(lines) + "\n"


def test_the_graph_is_the_one_written_down(definitions: dg.Definitions) -> None:
    assert graph(definitions) == GRAPH.read_text(), f"look at the change, then write {GRAPH.name}"


def test_the_schedule_builds_the_day_before(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("nightly_schedule")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.cron_schedule == "15 2 * * *"
    moment = datetime(2026, 11, 1, 2, 15, tzinfo=UTC)
    context = dg.build_schedule_context(
        scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
    )
    request = schedule.evaluate_tick(context).run_requests
    assert [r.partition_key for r in request or []] == ["2026-10-31"]


def test_checks_that_err_block_the_publication(definitions: dg.Definitions) -> None:
    checks = definitions.resolve_asset_graph().asset_check_keys
    names = {key.name for key in checks}
    assert {"every_mart_ties_to_requests", "delivered_is_accounted_for"} <= names
