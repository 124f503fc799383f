"""The graph as a readable text, and the schedule's day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from unitcost.definitions import build_definitions
from unitcost.tables import unions

GRAPH = Path(__file__).parents[1] / "fixtures" / "graph.txt"


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    return build_definitions(str(tmp_path_factory.mktemp("home")))


def graph(definitions: dg.Definitions) -> str:
    """One line an asset: key, group, partitioned or not, what it is made from.

    Raw tables of one shape that are made alike are one line, so that a new source of theirs is
    none.
    """
    nodes = definitions.resolve_asset_graph()
    lines = set()
    for key in nodes.get_all_asset_keys():
        node = nodes.get(key)
        daily = "daily" if node.partitions_def else "whole"
        parents = " ".join(sorted({named(parent) for parent in node.parent_keys}))
        lines.add(f"{named(key)} [{node.group_name}, {daily}] <- {parents}".rstrip())
    return "\n".join(sorted(lines)) + "\n"


def named(key: dg.AssetKey) -> str:
    """The key as text, a raw table of a shape by the name of all of that shape."""
    table = ".".join(key.path)
    shape = next((name for name, tables in unions().items() if table in tables), table)
    return shape.replace(".", "/")


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
