"""Every source reads its fixtures to the golden rows and takes no other source's for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.reading import FILES, FORMATS, expected, golden, parse_file, records
from tests.sources.reading import parse_texts as parse
from unitcost.sources import SOURCES, detect_format
from unitcost.staging import sample


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_fixture_is_detected_as_its_own_format(file: Path) -> None:
    assert detect_format(sample(file)) == file.parent.name


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_no_other_source_is_sure_of_a_fixture(file: Path) -> None:
    beginning = sample(file)
    found = [name for name, source in SOURCES.items() if source.detect(beginning)]
    assert found == [file.parent.name]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_fixture_gives_the_golden_rows(file: Path, tmp_path: Path) -> None:
    rows = [golden(row) for row in parse_file(file, tmp_path)]
    assert rows == expected(file.parent.name)[file.name]


@pytest.mark.parametrize("name", FORMATS)
def test_every_golden_file_has_its_fixture(name: str) -> None:
    assert sorted(expected(name)) == [f.name for f in FILES if f.parent.name == name]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_the_order_of_records_changes_nothing(file: Path, tmp_path: Path) -> None:
    texts = records(file, tmp_path)
    name = file.parent.name
    if not (SOURCES[name].is_call_log or SOURCES[name].is_told_as_otlp):
        pytest.skip("its records may depend on their place in the file")
    there = {str(golden(row | {"source_line": 0})) for row in parse(name, texts)}
    back = {str(golden(row | {"source_line": 0})) for row in parse(name, reversed(texts))}
    assert there == back
