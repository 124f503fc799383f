"""Keeps pulled pages: one file of page lines a query in landing, resumed where a pull was cut off.

A page's text is kept as it came, so that money keeps every digit; only line breaks between its
values become blanks, and the time of retrieval is written first, as the report's watermark.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unitcost.pull.errors import PullError
from unitcost.pull.pager import MOST_PAGES, next_cursor

RESUMED_FOR = timedelta(hours=1)
"""A cut-off pull that is older begins again: its cursor and its numbers are stale."""


def line_of(text: str, retrieved_at: datetime) -> str:
    """One page as one line of JSON with `retrieved_at` in it."""
    body = text.strip().replace("\r", " ").replace("\n", " ")
    rest = body.removeprefix("{").lstrip()
    comma = "" if rest.startswith("}") else ", "
    return f'{{"retrieved_at": "{retrieved_at:%Y-%m-%dT%H:%M:%SZ}"{comma}{rest}\n'


def cursor_of(part: Path) -> str | None:
    """Where a cut-off pull goes on; None where it begins. A half-written line is dropped.

    The file is removed where nothing of it can be used, or where it found no end: gone on with, it
    would grow by as many pages each night.
    """
    if not part.is_file():
        return None
    age = datetime.now(UTC) - datetime.fromtimestamp(part.stat().st_mtime, UTC)
    count, size, last = _whole_lines(part)
    cursor = _cursor(last) if age < RESUMED_FOR and count < MOST_PAGES else None
    if cursor is None:
        part.unlink()
    else:
        os.truncate(part, size)
    return cursor


def _whole_lines(part: Path) -> tuple[int, int, bytes]:
    """How many lines the file has, their bytes, and the last of them."""
    count, size, last = 0, 0, b""
    with part.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                count, size, last = count + 1, size + len(line), line
    return count, size, last


def keep(part: Path, pages: Iterable[str]) -> int:
    """Append pages to the file, each safe on disk before the next is asked for; how many."""
    part.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    for text in pages:
        with part.open("a", encoding="utf-8") as file:
            file.write(line_of(text, datetime.now(UTC)))
            file.flush()
            os.fsync(file.fileno())
        count += 1
    return count


def _cursor(line: bytes) -> str | None:
    try:
        return next_cursor(json.loads(line))
    except (ValueError, PullError):
        return None
