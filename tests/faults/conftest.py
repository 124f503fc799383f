"""What the fault suites share: a world to begin from, and the table that they print."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.faults.homes import NIGHTLY, Contents, contents, left_behind, new_home, write_deliveries
from tests.faults.processes import Command
from tests.faults.scenarios import World

Tell = Callable[[str, int, int, float], None]
_ROWS = "faults"
_WIDTHS = (34, 8, 8, 12)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, make_httpserver: HTTPServer) -> World:
    """Files, and a home that an undisturbed nightly run has built from them."""
    folder = tmp_path_factory.mktemp("world")
    landing = write_deliveries(folder / "deliveries")
    built = new_home(folder / "built", landing)
    run = Command(NIGHTLY, built.root).run()
    assert run.code == 0, run.said
    assert left_behind(built) == []
    page = {"object": "page", "has_more": False, "next_page": None, "data": []}
    make_httpserver.expect_request("/v1/organization/costs").respond_with_data(json.dumps(page))
    return World(landing, built, make_httpserver.url_for(""), folder)


@pytest.fixture(scope="session")
def undisturbed(world: World) -> Contents:
    """What the built home holds."""
    return contents(world.built)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Adds a row to the table: what was done, how often, how often it hit, seconds."""

    def add(fault: str, times: int, hit: int, seconds: float) -> None:
        record_property(_ROWS, [fault, times, hit, f"{seconds:.1f}"])

    return add


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is of the suite."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of what was done to the warehouse and what it came to."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    rows = [row for r in reports for name, row in r.user_properties if name == _ROWS]
    if not rows:
        return
    terminalreporter.write_line("")
    for row in [("fault", "times", "hit", "seconds"), *sorted(rows)]:
        cells = [str(cell).ljust(width) for cell, width in zip(row, _WIDTHS, strict=True)]
        terminalreporter.write_line(" ".join(cells).rstrip())
