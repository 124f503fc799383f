"""Whatever a source, a table or a command needs is there; a failure names what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from unitcost.cli import COMMANDS
from unitcost.queries import query_names, query_path
from unitcost.reference import tables_page
from unitcost.sources import SOURCES
from unitcost.tables import row_models

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_whole(name: str) -> None:
    source = SOURCES[name]
    wanted = [
        ROOT / f"pipelines/unitcost/sources/{name}.py",
        ROOT / f"docs/sources/{name}.md",
        query_path(f"raw.{name}"),
    ]
    if source.is_call_log or source.is_told_as_otlp or source.is_report:
        wanted.append(ROOT / f"tests/fixtures/sources/{name}/expected.json")
    elif source.counts_calls:
        wanted.append(query_path(f"steps.{name}_sightings"))
    assert [str(path) for path in wanted if not path.is_file()] == []
    assert row_models()[f"raw.{name}"] is source.row
    assert name in (ROOT / "README.md").read_text()


def test_sightings_are_united() -> None:
    union = query_path("steps.sightings").read_text()
    missing = [
        s.format
        for s in SOURCES.values()
        if s.counts_calls
        and not (s.is_call_log or s.is_told_as_otlp)
        and f"steps.{s.format}_sightings" not in union
    ]
    assert missing == []


@pytest.mark.parametrize("layer", ["core", "marts"])
def test_every_kept_query_has_a_row_model(layer: str) -> None:
    assert [name for name in query_names(layer) if name not in row_models()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"unitcost {command}" in (ROOT / "README.md").read_text()


def test_the_tables_page_is_current() -> None:
    written = (ROOT / "docs/tables.md").read_text()
    assert written == tables_page(), "run: uv run python -m unitcost.reference > docs/tables.md"
