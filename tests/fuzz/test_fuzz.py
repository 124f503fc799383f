"""Every source's fixtures, changed by chance: nothing is lost and no parser fails.

`UNITCOST_FUZZ=5000` tries as many of each source.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutating import check_file, mutated
from tests.sources.reading import FILES, FORMATS, workbench

EXAMPLES = int(os.environ.get("UNITCOST_FUZZ", "3"))


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    """One workbench for all: to open one takes longer than to read a file."""
    with workbench() as con:
        yield con


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_changed_files_are_read_or_refused(
    name: str, bench: duckdb.DuckDBPyConnection, tmp_path: Path, data: st.DataObject
) -> None:
    files = [f for f in FILES if f.parent.name == name]

    def choose(count: int) -> int:
        return data.draw(st.integers(0, max(count - 1, 0)))

    file = files[choose(len(files))]
    check_file(bench, name, mutated(file.read_bytes(), choose), tmp_path)


@pytest.mark.parametrize("text", [b'{"a": 1,}\n', b'[{"a": 1,}]\n', b'{"data": [{"a": 1,},]}\n'])
def test_what_only_duckdb_takes_for_json_harms_no_source(
    text: bytes, bench: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name in FORMATS:
        check_file(bench, name, text, tmp_path)
