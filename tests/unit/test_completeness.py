"""Whatever a source, a table or a command needs is there; a failure names what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from unitcost.cli import COMMANDS
from unitcost.queries import query_names, query_path
from unitcost.reference import tables_page
from unitcost.source_list import listed
from unitcost.sources import FORMATS, SOURCES
from unitcost.sources.base import Source
from unitcost.tables import row_models

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "pipelines/unitcost/sources"
FIXTURES = ROOT / "tests/fixtures/sources"


def begun() -> set[str]:
    """Formats of which there is at least one part, in the registry or not."""
    modules = {p.stem for p in MODULES.glob("*.py") if "\nSOURCE = " in p.read_text()}
    pages = {p.stem for p in (ROOT / "docs/sources").glob("*.md")}
    fixtures = {p.name for p in FIXTURES.iterdir() if any(p.iterdir())}
    return {*FORMATS, *modules, *pages, *fixtures}


@pytest.mark.parametrize("name", sorted(begun()))
def test_a_source_is_whole(name: str) -> None:
    gaps = list(missing(name))
    assert not gaps, f"{name} still needs\n" + "\n".join(gaps)


def missing(name: str) -> Iterator[str]:
    """What a format still needs, in the order of docs/add-a-source.md."""
    golden = f"`uv run python -m tests.sources.write_expected {name}`, then read every value"
    examples = [path for path in FIXTURES.glob(f"{name}/*") if path.name != "expected.json"]
    yield from absent(MODULES / f"{name}.py", "how its files are recognised, and its SOURCE")
    yield from absent(query_path(f"raw.{name}"), "what a record says")
    if name not in FORMATS:
        yield f'pipelines/unitcost/sources/__init__.py: the line "{name}", in FORMATS'
    elif SOURCES[name].format != name:
        yield f"pipelines/unitcost/sources/{name}.py: its SOURCE is called {SOURCES[name].format}"
    elif needs_sightings(SOURCES[name]):
        yield from absent(query_path(f"steps.{name}_sightings"), "how it is handed to counting")
    if not examples:
        yield f"tests/fixtures/sources/{name}/: an example, as its writer writes it"
    yield from absent(FIXTURES / name / "expected.json", golden)
    yield from absent(ROOT / f"docs/sources/{name}.md", "what a user should know")


def absent(path: Path, why: str) -> Iterator[str]:
    """The path and what should stand there, if nothing does."""
    if not path.is_file():
        yield f"{path.relative_to(ROOT)}: {why}"


def needs_sightings(source: Source) -> bool:
    """Whether it tells calls in a shape of its own."""
    return source.counts_calls and not (source.is_call_log or source.is_told_as_otlp)


def test_sightings_are_united() -> None:
    union = query_path("steps.sightings").read_text()
    own = [s.format for s in SOURCES.values() if needs_sightings(s)]
    assert [name for name in own if f"steps.{name}_sightings" not in union] == []


def test_the_readme_lists_every_source() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme == listed(readme), "run: uv run python -m unitcost.source_list"


@pytest.mark.parametrize("layer", ["core", "marts"])
def test_every_kept_query_has_a_row_model(layer: str) -> None:
    assert [name for name in query_names(layer) if name not in row_models()] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"unitcost {command}" in (ROOT / "README.md").read_text()


def test_the_tables_page_is_current() -> None:
    written = (ROOT / "docs/tables.md").read_text()
    assert written == tables_page(), "run: uv run python -m unitcost.reference > docs/tables.md"
