"""Quoting for SQL that is assembled from names and paths."""

from __future__ import annotations

from pathlib import Path


def sql_text(value: Path | str) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """A SQL identifier."""
    return '"' + value.replace('"', '""') + '"'
