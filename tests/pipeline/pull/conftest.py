"""What all pulls share: a home, keys in the environment, and tries that follow at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.pipeline.pull.served import KEY
from unitcost.paths import Home


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_ADMIN_KEY", KEY)
    monkeypatch.setenv("OPENROUTER_MANAGEMENT_KEY", KEY)
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
