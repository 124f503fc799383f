"""Fuzzing that is guided by what it covers of staging and detection, the parsers written in Python.

    uv run python -m tests.fuzz.guided -max_total_time=600

Any option of libFuzzer can be given. Needs atheris, which there is for Linux on x86_64. What a
record means is read by SQL, of which coverage of Python tells nothing: see `test_fuzz.py`.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["unitcost.staging", "unitcost.sources"]):
    from unitcost.sources import SOURCES
    from unitcost.staging import StagingError, sample, stage

from tests.fuzz.mutating import mutated
from tests.sources.reading import FILES, workbench
from unitcost.workbench import clear

_MAX_BYTES = 1 << 16


def check_staging(data: bytes, folder: Path) -> None:
    """Stage a file: each record is a JSON object or a reject with a reason, and none is both.

    Raises:
        AssertionError: a record is something else.
    """
    file = folder / "delivered"
    file.write_bytes(data)
    with workbench() as con:
        clear(con, kept=())
        try:
            seen = sample(file)
            staged = stage(con, file, folder / "scratch")
        except StagingError:
            return
        found = con.execute(
            """select (select count(*) from raw.staged),
                      (select count(*) from raw.staged
                       where json_valid(record) and json_type(record) = 'OBJECT'),
                      (select count(*) from raw.rejected where reason <> '')"""
        ).fetchall()
    for source in SOURCES.values():
        source.detect(seen)
    assert found == [(staged.records, staged.records, staged.rejected)]


def _test_one(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_staging(data, Path(folder))


def _mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Changes of our own as often as libFuzzer's, beginning with the fixtures."""
    chance = random.Random(seed)
    if len(data) < 2:  # libFuzzer begins with nothing
        data = chance.choice(FILES).read_bytes()
    if chance.random() < 0.5:
        return bytes(atheris.Mutate(data[:max_size], max_size))
    return mutated(data, lambda count: chance.randrange(max(count, 1)))[:max_size]


def main() -> None:
    """Fuzz until told to stop; what fails is written into a file of the working folder."""
    atheris.Setup(
        [*sys.argv, f"-max_len={_MAX_BYTES}", "-rss_limit_mb=0"],
        _test_one,
        custom_mutator=_mutate,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
