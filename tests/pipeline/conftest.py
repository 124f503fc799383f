"""Runs inside a test process keep Dagster's log in memory: its files cost more than a small night.

Runs of the installed command, in processes of their own, write it as a user's do.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dagster import DagsterInstance


@pytest.fixture(scope="session", autouse=True)
def _log_in_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DagsterInstance, "get", DagsterInstance.ephemeral)
        yield
