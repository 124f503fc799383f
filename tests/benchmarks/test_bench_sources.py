"""What each format costs from a file to raw rows, against DuckDB's bare read of the same bytes.

The format's own records, multiplied. Processor time with one thread on both sides, which a busy
machine does not stretch; what a file of one record costs stands apart. Asserts that copies of the
records are read as the records are. `UNITCOST_BENCH_RECORDS` sets the size, `-k` picks formats:

    UNITCOST_BENCH_RECORDS=200000 uv run pytest -n 0 -s -k helicone \
        tests/benchmarks/test_bench_sources.py
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.multiplied import Seed, seeds
from unitcost.reading.accepting import parse
from unitcost.sources import SOURCES
from unitcost.sources.base import Source
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.staging import stage
from unitcost.workbench import clear, open_workbench

pytestmark = pytest.mark.benchmark

RECORDS = int(os.environ.get("UNITCOST_BENCH_RECORDS", "100"))
IS_MEASURED = "UNITCOST_BENCH_RECORDS" in os.environ
"""Else nothing is timed twice, nor a file of one record; one kind of file of a format is read."""
IN_SESSIONS = {"codex"}
"""Read with the records before them in the file: copies one after the other are no copies."""
_HEAD = (
    f"{'source':<32} {'MB':>7} {'records':>8} {'one s':>6} {'bare s':>7} {'ours s':>7}"
    f" {'MB/s':>6} {'records/s':>10} {'ratio':>6}"
)


@pytest.fixture(scope="module")
def workbench() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as con:
        con.execute("set threads = 1")
        create_macros(con, load_vocabulary())
        yield con


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    print("\n".join(["", _HEAD, *lines]))  # noqa: T201 -- its answer


def bare(con: duckdb.DuckDBPyConnection, file: Path, target: Path) -> None:
    """The same bytes read as texts and kept, with nothing understood."""
    reader = {
        ".csv": f"read_csv('{file}', all_varchar = true)",
        ".jsonl": f"read_ndjson_objects('{file}')",
        ".parquet": f"read_parquet('{file}')",
    }[file.suffix]
    con.execute(f"copy (from {reader}) to '{target}' (format parquet, compression zstd)")


def raw(con: duckdb.DuckDBPyConnection, source: Source, file: Path, target: Path) -> None:
    """Staged, parsed and kept in order, as ingest does it."""
    clear(con, kept=())
    stage(con, file, target.parent / "scratch")
    parse(con, source)
    con.execute(
        f"""copy (select * from raw.parsed order by source_line, record_id)
            to '{target}' (format parquet, compression zstd)"""
    )


def seconds(work: Callable[[], None]) -> float:
    """Processor seconds of all threads; where it is measured, the better of two."""
    taken = []
    for _ in range(1 + IS_MEASURED):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


def measured(
    con: duckdb.DuckDBPyConnection, source: Source, seed: Seed, folder: Path, count: int
) -> tuple[float, float, float]:
    """MB of `count` records, seconds of the bare read and of ours."""
    file, target = folder / f"{source.format}.{seed.kind}", folder / "raw.parquet"
    seed.write(file, count)
    floor = seconds(partial(bare, con, file, folder / "bare.parquet"))
    return file.stat().st_size / 1e6, floor, seconds(partial(raw, con, source, file, target))


def kept(file: Path) -> tuple[int, int]:
    """Rows, and rows with a reason why they cannot be read."""
    with duckdb.connect() as con:
        found = con.execute(f"select count(*), count(reject_reason) from '{file}'").fetchall()
    return tuple(found[0])


@pytest.mark.parametrize("name", SOURCES)
def test_a_format_is_read(
    name: str, workbench: duckdb.DuckDBPyConnection, table: list[str], tmp_path: Path
) -> None:
    found = seeds(name, tmp_path / "demo")
    assert found, f"{name}: write a fixture; see docs/add-a-source.md"
    for seed in found if IS_MEASURED else found[:1]:
        raw(workbench, SOURCES[name], _seed_file(seed, tmp_path), tmp_path / "raw.parquet")
        rows, rejects = kept(tmp_path / "raw.parquet")
        one = measured(workbench, SOURCES[name], seed, tmp_path, 1)[2] if IS_MEASURED else math.nan
        copies = -(-RECORDS // len(seed.records))
        count = copies * len(seed.records)
        size, floor, ours = measured(workbench, SOURCES[name], seed, tmp_path, count)
        table.append(
            f"{f'{name} ({seed.kind})':<32} {size:7.1f} {count:8,} {one:6.2f} {floor:7.2f}"
            f" {ours:7.2f} {size / ours:6.1f} {count / ours:10,.0f} {ours / floor:6.1f}"
        )
        found_rows, found_rejects = kept(tmp_path / "raw.parquet")
        assert found_rejects == rejects * copies, seed.kind
        assert name in IN_SESSIONS or found_rows == rows * copies, seed.kind


def _seed_file(seed: Seed, folder: Path) -> Path:
    file = folder / f"seed.{seed.kind}"
    seed.write(file, len(seed.records))
    return file
