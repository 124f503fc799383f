"""Keeps Dagster's log in memory: its files cost more than a small night."""

from __future__ import annotations

import pytest
from dagster import DagsterInstance
from dagster._core.storage.event_log import in_memory as events
from dagster._core.storage.runs import in_memory as runs


def log_in_memory(patch: pytest.MonkeyPatch) -> None:
    """Each run has a log of its own: nobody will migrate it by the version of its tables."""
    patch.setattr(DagsterInstance, "get", DagsterInstance.ephemeral)
    for module in (events, runs):
        patch.setattr(module, "stamp_alembic_rev", lambda *_: None)
