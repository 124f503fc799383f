"""The table of all tools over all cases. How each is asked is in its own module."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from tests.benchmarks.accuracy.answers import Tool, Verdict, judge, table
from tests.benchmarks.accuracy.genai import genai
from tests.benchmarks.accuracy.lite import lite
from tests.benchmarks.accuracy.ours import ours
from tests.pricing_cases import Case, own_cases, shared_cases

PEERS: dict[str, tuple[str, Callable[[], Tool]]] = {
    "genai-prices": ("genai_prices", genai),
    "litellm": ("litellm", lite),
}


def case_sets(vectors: Path) -> dict[str, list[Case]]:
    """The shared cases, where their folder is there, and this project's own."""
    shared = {"shared cases": shared_cases(vectors)} if vectors.is_dir() else {}
    return shared | {"own cases": own_cases()}


def report(vectors: Path) -> Iterator[str]:
    """Lines to print: every tool over every set of cases."""
    for title, cases in case_sets(vectors).items():
        yield f"== {len(cases)} {title}"
        yield from table(tool := ours(cases), judge(tool, cases))
        for name, (module, peer) in PEERS.items():
            if find_spec(module) is None:
                yield f"{name}: not installed, not compared; uv sync --group peers installs it"
            else:
                yield from table(*_quietly(peer, cases))


def _quietly(peer: Callable[[], Tool], cases: list[Case]) -> tuple[Tool, list[Verdict]]:
    """A peer's own warnings and prints are not part of the table."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        tool = peer()
        return tool, judge(tool, cases)
