"""SQL that the checks of the book share: where a row stands, and whether two rows hold at once."""

from __future__ import annotations

BOTH_HOLD = """
    coalesce(a.valid_from < b.valid_to, true) and coalesce(b.valid_from < a.valid_to, true)
"""
"""Of the rows `a` and `b`; an open end is no end."""


def place_of(row: str) -> str:
    """The beginning of a sentence about a row: its file and line."""
    return f"{row}.source_file || ':' || {row}.source_line || ': '"
