"""Quoting for SQL that is assembled from names and paths."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def sql_text(value: Path | str) -> str:
    """A SQL text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """A SQL identifier."""
    return '"' + value.replace('"', '""') + '"'


def sql_files(paths: Iterable[Path | str]) -> str:
    """A list of files: one text that is split, as a list of a thousand texts takes twice as long to
    parse. No path holds what stands between them, since one that was resolved has no empty part."""
    return f"string_split({sql_text('///'.join(map(str, paths)))}, '///')"
