"""Writes README's list of formats from the registry: `python -m unitcost.source_list`, at the root.

A format's line is its `title`, with a link to its page.
"""

from __future__ import annotations

import re
from pathlib import Path

from unitcost.sources import SOURCES

_HEAD = "| source | what it is |\n|---|---|\n"


def listed(readme: str) -> str:
    """The README with the registry's formats in its list."""
    rows = (f"| [{s.format}](docs/sources/{s.format}.md) | {s.title} |\n" for s in SOURCES.values())
    return re.sub(re.escape(_HEAD) + r"(\|.*\n)*", lambda _: _HEAD + "".join(rows), readme)


if __name__ == "__main__":
    page = Path("README.md")
    page.write_text(listed(page.read_text(encoding="utf-8")), encoding="utf-8")
