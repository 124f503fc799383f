"""Tells from the beginning of a file how its records are laid out. Reads nothing but that."""

from __future__ import annotations

import csv
import json
from enum import Enum

from unitcost.staging.limits import StagingError
from unitcost.staging.preamble import table_start

HEAD_BYTES = 1 << 20
_OTHER_SIGNS = {b";": "semicolons", b"\t": "tabs"}


class Layout(Enum):
    """How records stand in a file."""

    LINES = "json lines"
    DOCUMENTS = "json documents"
    CSV = "csv"
    PARQUET = "parquet"
    EMPTY = "empty"
    ARCHIVE = "zip"


def layout_of(head: bytes) -> Layout:
    """The layout of a file that begins with `head`.

    Raises:
        StagingError: it is neither CSV nor JSON nor Parquet.
    """
    if head[:4] == b"PAR1":
        return Layout.PARQUET
    text = head.lstrip()
    if not text:
        return Layout.EMPTY
    lines = text[:HEAD_BYTES].splitlines()
    if text.startswith(b"["):
        return Layout.DOCUMENTS
    if _has_object_lines(lines) or _begins_long_line(text):
        return Layout.LINES
    if text.startswith(b"{"):
        return Layout.DOCUMENTS
    if header_of(head):
        return Layout.CSV
    raise StagingError(_why_none(lines[0]))


def _why_none(first_line: bytes) -> str:
    is_text = first_line.isascii() and first_line.strip().replace(b"\t", b"").decode().isprintable()
    for sign, name in _OTHER_SIGNS.items():
        if is_text and first_line.count(sign) > 1:
            return f"its columns are parted by {name}; save it as CSV with commas"
    return "neither CSV with a header nor JSON nor Parquet; convert it to one of them"


def _has_object_lines(lines: list[bytes]) -> bool:
    """Whether a whole object stands on a line of its own, not indented inside a document."""
    return any(line.startswith(b"{") and is_json(line) for line in lines[:100])


def _begins_long_line(text: bytes) -> bool:
    """Whether an object on one line is longer than what is looked at here."""
    return text.startswith(b"{") and len(text) > HEAD_BYTES // 2 and b"\n" not in text


def is_json(text: bytes) -> bool:
    """Whether the text is one JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def header_of(head: bytes) -> list[str]:
    """Column names of a CSV file, or none where its first line is no header."""
    first = head[table_start(head) :].split(b"\n", 1)[0].rstrip(b"\r")
    if b"\0" in first or b"," not in first:
        return []
    try:
        names = next(csv.reader([first.decode()], strict=True))
    except (UnicodeDecodeError, csv.Error, StopIteration):
        return []
    return [name.strip() for name in names] if any(name.strip() for name in names) else []
