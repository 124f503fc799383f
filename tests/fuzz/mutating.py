"""Files and records made from fixtures by chance, and what must hold whatever they are.

`guided.py` and `test_fuzz.py` choose the chances.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.sources.reading import parse_staged
from unitcost.sources import SOURCES
from unitcost.staging import StagingError, stage
from unitcost.workbench import clear
from unitcost_models.base import columns

_OWN = {"source_format", "source_file", "ingested_at"}


def check_file(
    con: duckdb.DuckDBPyConnection, source_format: str, data: bytes, folder: Path
) -> None:
    """Read a file as ingest does: every row is whole or a reject with its reason.

    Raises:
        AssertionError: a row is accepted without what its table needs, or refused without reason.
    """
    file = folder / "delivered"
    file.write_bytes(data)
    clear(con, kept=())
    try:
        staged = stage(con, file, folder / "scratch")
    except StagingError:
        return
    [(rejected,)] = con.execute("select count(*) from raw.rejected where reason <> ''").fetchall()
    assert rejected == staged.rejected
    rows = parse_staged(con, source_format)
    needed = [c.name for c in columns(SOURCES[source_format].row) if not c.is_nullable]
    for row in rows:
        if row["reject_reason"] is None:
            assert [n for n in needed if n not in _OWN and row[n] is None] == []
        else:
            assert row["reject_reason"].strip()


def mutated(data: bytes, choose: Callable[[int], int]) -> bytes:
    """A few changes of a file: bytes replaced, cut out or put in, parts repeated or swapped.

    `choose(n)` gives a number from 0 up to but not including n.
    """
    for _ in range(1 + choose(4)):
        data = _CHANGES[choose(len(_CHANGES))](data, choose)
    return data


def _span(data: bytes, choose: Callable[[int], int]) -> tuple[int, int]:
    start = choose(len(data) + 1)
    return start, min(start + 1 + choose(40), len(data))


def _replace(data: bytes, choose: Callable[[int], int]) -> bytes:
    start, end = _span(data, choose)
    return data[:start] + STRANGE[choose(len(STRANGE))] + data[end:]


def _insert(data: bytes, choose: Callable[[int], int]) -> bytes:
    start, _ = _span(data, choose)
    return data[:start] + STRANGE[choose(len(STRANGE))] + data[start:]


def _repeat(data: bytes, choose: Callable[[int], int]) -> bytes:
    start, end = _span(data, choose)
    return data[:end] + data[start:]


def _cut(data: bytes, choose: Callable[[int], int]) -> bytes:
    start, end = _span(data, choose)
    return data[:start] + data[end:]


def _value(data: bytes, choose: Callable[[int], int]) -> bytes:
    """A JSON value, or a cell, becomes another."""
    places = [m.span() for m in _VALUES.finditer(data)]
    if not places:
        return data
    start, end = places[choose(len(places))]
    return data[:start] + VALUES[choose(len(VALUES))] + data[end:]


_VALUES = re.compile(rb'"[^"\n]*"|-?\d+(?:\.\d+)?|true|false|null')
_CHANGES = (_replace, _insert, _repeat, _cut, _value, _value, _value)
STRANGE = (
    *(b"", b"\0", b"\n", b"\r\n", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\xff"),
    *(b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\x1f\x8b", b"PK\x03\x04", b"//"),
)
VALUES = (
    *(b"null", b"true", b"{}", b"[]", b"[[]]", b'""', b'"x"', b"-1", b"0", b"-0", b"1.5", b"1e400"),
    *(b"NaN", b"-Infinity", b"9223372036854775808", b"99999999999999999999999", b"0x10", b"007"),
    *(
        b'"1970-01-01T00:00:00Z"',
        b'"9999-12-31T23:59:59Z"',
        b'"0000-00-00"',
        b"253402300799",
        b"1e18",
    ),
    *(b'"\\u0000"', b'"\\ud83d"', b'"{}"', b'"[1]"', b'{"a": {"b": [1, {"c": null}]}}', b"1e-400"),
    *(b'"\'; drop table raw.staged; --"', b'"=1+1"', b'"../../x"', b'{"": 1}', b'{"a": 1, "a": 2}'),
)
