"""Finds where a table begins in CSV text that tells names and values before it.

Google's console writes an invoice's number and currency so above the table of its costs.
"""

from __future__ import annotations

import csv
import re

_MOST_LINES = 20
_NARROW, _WIDE = 2, 6
_NAME = re.compile(r"[A-Za-z_]")


def table_start(head: bytes) -> int:
    """Where the header's line begins: at the first that is not blank, or below lines of a name and
    a value at most."""
    start = position = len(head) - len(head.lstrip())
    for line in head[start:].split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        cells = [cell for cell in _cells(line) if cell]
        if len(cells) > _NARROW:
            is_header = len(cells) >= _WIDE and len({*cells}) == len(cells)
            is_header = is_header and all(_NAME.match(cell) for cell in cells)
            return position if is_header else start
        position += len(line) + 1
    return start


def preamble_of(head: bytes) -> dict[str, str]:
    """The names and values above the table; the first of each name."""
    found: dict[str, str] = {}
    for line in head[: table_start(head)].split(b"\n"):
        match [cell for cell in _cells(line) if cell]:
            case [name, value]:
                found.setdefault(name, value)
    return found


def _cells(line: bytes) -> list[str]:
    try:
        cells = next(csv.reader([line.decode()], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    return [cell.strip() for cell in cells]
