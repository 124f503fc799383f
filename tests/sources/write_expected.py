"""Writes `expected.json` of a source's fixtures: `python -m tests.sources.write_expected helicone`.

What it writes is what the code does today; read every value before it is committed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from tests.sources.reading import FILES, ROOT, golden, parse_file


def write(source_format: str) -> None:
    """Write the golden rows of every fixture of one source."""
    with tempfile.TemporaryDirectory() as scratch:
        rows = {
            file.name: [golden(row) for row in parse_file(file, Path(scratch))]
            for file in FILES
            if file.parent.name == source_format
        }
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (ROOT / source_format / "expected.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write(name)
