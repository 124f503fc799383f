"""All benchmarks at the sizes of docs/benchmarks.md: `uv run python -m tests.benchmarks`.

A size that is set in the environment is left as it is; words after the command go to pytest.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

_SIZES = {
    "UNITCOST_BENCH_MB": "200",
    "UNITCOST_BENCH_RECORDS": "200000",
    "UNITCOST_BENCH_REQUESTS": "1000000",
    "UNITCOST_BENCH_PRICED": "10000000",
    "UNITCOST_BENCH_MONTH": "10000000",
    "UNITCOST_BENCH_QUESTIONS": "100000000",
    "UNITCOST_BENCH_ANSWERS": "20000",
}


def main(words: list[str]) -> int:
    """Run them one after the other, each printing what it measured."""
    for name, size in _SIZES.items():
        os.environ.setdefault(name, size)
    return pytest.main(["-n", "0", "-s", "-q", str(Path(__file__).parent), *words])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
