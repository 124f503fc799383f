"""Delivers a file's content to staging and tells what became of it; no expectation lives here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from unitcost.staging import Staged, stage

Con = duckdb.DuckDBPyConnection


def staged(con: Con, tmp_path: Path, content: bytes) -> Staged:
    """Stage a file of this content."""
    file = tmp_path / "delivered"
    file.write_bytes(content)
    return stage(con, file, tmp_path / "scratch")


def records(con: Con) -> list[tuple[int, Any]]:
    found = con.execute("select source_line, record::varchar from raw.staged").fetchall()
    return [(line, json.loads(text)) for line, text in sorted(found)]


def rejects(con: Con) -> list[tuple[int, str]]:
    found = con.execute("select source_line, reason from raw.rejected order by all").fetchall()
    return [(line, reason.split(";")[0]) for line, reason in found]
