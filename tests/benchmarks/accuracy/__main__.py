"""`python -m tests.benchmarks.accuracy [FOLDER]`: ours and theirs, right in how many, wrong where.

FOLDER holds pricing_vectors.json (default `../shared/vectors`); `uv sync --group peers` installs
the peers.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.accuracy.report import report
from tests.conftest import SHARED

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "vectors"
    print("\n".join(report(folder)))  # noqa: T201
