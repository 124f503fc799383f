"""Reads a source's fixture the way ingest does: staged from its file, parsed into `raw.parsed`.

A fixture lies in `tests/fixtures/sources/<format>/`; `expected.json` beside it holds what must come
out, every value but NULLs and digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.given import rows_of
from tests.sql.staging_by_hand import with_maps
from unitcost.reading.accepting import parse
from unitcost.sources import SOURCES
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.staging import stage
from unitcost.workbench import clear, open_workbench

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
FILES = sorted(p for p in ROOT.glob("*/*") if p.name != "expected.json")
DIGESTS = ("record_id", "scope_id", "delivery_id")
FORMATS = sorted({p.parent.name for p in FILES})


_IDLE: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def workbench() -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench in which any source can be parsed; cleared and kept for the next test.

    To open one and make the vocabulary's macros takes longer than to parse a small file.
    """
    con = _IDLE.pop() if _IDLE else _opened()
    try:
        yield con
    finally:
        clear(con, kept=())
        _IDLE.append(con)


def _opened() -> duckdb.DuckDBPyConnection:
    con = open_workbench()
    create_macros(con, load_vocabulary())
    return con


def parse_staged(con: duckdb.DuckDBPyConnection, source_format: str) -> list[dict[str, Any]]:
    """The parsed rows of `raw.staged`, in order."""
    con.execute("drop table if exists raw.parsed")
    parse(con, SOURCES[source_format])
    answer = with_maps(con, "select * from raw.parsed")
    return rows_of(con, f"{answer} order by source_line, record_id")


def parse_file(file: Path, scratch: Path) -> list[dict[str, Any]]:
    """The parsed rows of one delivered file."""
    with workbench() as con:
        stage(con, file, scratch)
        return parse_staged(con, file.parent.name)


def records(file: Path, scratch: Path) -> list[str]:
    """The file's records as JSON texts."""
    with workbench() as con:
        stage(con, file, scratch)
        rows = con.execute("select record from raw.staged order by source_line").fetchall()
    return [text for (text,) in rows]


def parse_texts(source_format: str, texts: Iterable[str]) -> list[dict[str, Any]]:
    """The parsed rows of invented records."""
    with workbench() as con:
        stage_texts(con, list(texts))
        return parse_staged(con, source_format)


def stage_texts(con: duckdb.DuckDBPyConnection, lines: list[str]) -> None:
    """`raw.staged` of JSON texts, one a line."""
    con.execute("create table raw.texts (source_line bigint, record varchar)")
    con.execute("create view raw.staged as select * from raw.texts")
    con.execute(
        "insert into raw.texts select unnest(?::bigint[]), unnest(?::varchar[])",
        [list(range(1, len(lines) + 1)), lines],
    )


def golden(row: dict[str, Any]) -> dict[str, Any]:
    """What a golden row holds: all values but NULLs and digests of the content."""
    return {k: _plain(v) for k, v in row.items() if v is not None and k not in DIGESTS}


def expected(source_format: str) -> dict[str, list[dict[str, Any]]]:
    """File name -> its golden rows."""
    text = (ROOT / source_format / "expected.json").read_text(encoding="utf-8")
    answer: dict[str, list[dict[str, Any]]] = json.loads(text)
    return answer


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value
