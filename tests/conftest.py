"""Shared by all tests: where the real data is, and a workbench to run SQL files in."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from unitcost import workbench as benches
from unitcost.workbench import open_workbench

SHARED = Path(__file__).resolve().parents[2] / "shared"
WHOLE_RUNS = {"benchmarks", "faults", "packaging", "pipeline"}
"""Folders of tests."""


def pytest_collection_finish() -> None:
    """Thousands of collected tests are never garbage; each full collection would look at them."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """What stands at the end of the process can be taken apart again."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real logs and exports; tests that need it are skipped where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared/data folder is not beside this checkout")
    return SHARED / "data"


@pytest.fixture(scope="session")
def shared_vectors() -> Path:
    """The folder of worked pricing cases; tests that need it are skipped where it is absent."""
    if not (SHARED / "vectors").is_dir():
        pytest.skip("the shared/vectors folder is not beside this checkout")
    return SHARED / "vectors"


@pytest.fixture(autouse=True)
def _no_home_of_another_test() -> None:
    """A run sets these for Dagster in its own process; the next test must not inherit them."""
    for name in ("UNITCOST_HOME", "DAGSTER_HOME"):
        os.environ.pop(name, None)


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk() -> Iterator[None]:
    """What a power cut leaves no test can see. Commands in processes of their own do wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture(scope="module", autouse=True)
def _one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """To share a few rows out between threads takes longer than to do the work. Whole runs do."""
    with pytest.MonkeyPatch.context() as patch:
        if not WHOLE_RUNS & {*request.path.parts}:
            patch.setattr(benches, "_SETTINGS", f"{benches._SETTINGS}; set threads = 1")
        yield


@pytest.fixture
def workbench() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty in-memory database with the layer schemas."""
    con = open_workbench()
    yield con
    con.close()
