"""Reads the beginning of a file for recognising its format. Nothing is staged here."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from pathlib import Path

import duckdb

from unitcost.sources.base import Sample
from unitcost.sqltext import sql_text
from unitcost.staging.archive import is_archive, members
from unitcost.staging.layout import HEAD_BYTES, Layout, header_of, layout_of
from unitcost.staging.limits import MAX_DEPTH, StagingError
from unitcost.staging.opening import is_packed, nameable, read_head, unpack
from unitcost.staging.preamble import table_start
from unitcost.staging.tabular import distinct_names

_ROWS = 20
# A string that never ends is one token: looked at again from each quote in it, it would take ages.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\],]', re.DOTALL)
_CLOSERS = {"{": "}", "[": "]"}


def sample(path: Path) -> Sample:
    """The first records of a file, whatever it is packed in.

    A JSON document longer than what is read appears cut off after its last whole part. Of a ZIP it
    is the first file, under its own name.

    Raises:
        StagingError: it cannot be opened, or is neither CSV nor JSON nor Parquet.
    """
    if is_archive(path):
        return _first_member(path)
    return _sample(path, path.name)


def _first_member(path: Path) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        for member in members(path, Path(folder)):
            return _sample(member.path, member.name)
    message = "the ZIP is empty"
    raise StagingError(message)


def _sample(path: Path, name: str) -> Sample:
    head = read_head(path, HEAD_BYTES)
    layout = layout_of(head)
    if layout is Layout.PARQUET:
        return _parquet(path, name)
    if layout is Layout.CSV:
        table = head[table_start(head) :].decode(errors="replace")
        return _csv(name, distinct_names(header_of(head)), table)
    return Sample(name, "json", (), tuple(_objects(head.decode(errors="replace"))))


def _csv(name: str, columns: list[str], text: str) -> Sample:
    lines = csv.reader(text.splitlines(keepends=True)[1:])
    rows: list[dict[str, object]] = []
    try:
        for row in lines:
            if len(row) == len(columns):
                rows.append(dict(zip(columns, row, strict=True)))
            if len(rows) == _ROWS:
                break
    except csv.Error:
        pass
    return Sample(name, "csv", tuple(columns), tuple(rows))


def _parquet(path: Path, name: str) -> Sample:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        plain = unpack(path, Path(folder)) if is_packed(path) else nameable(path, Path(folder))
        source = f"read_parquet({sql_text(plain)}, hive_partitioning = false)"
        try:
            found = con.execute(f"describe select * from {source}").fetchall()
            texts = con.execute(
                f"select to_json(r)::varchar from (from {source} limit {_ROWS}) as r"
            )
            rows = tuple(_as_text(json.loads(text)) for (text,) in texts.fetchall())
        except duckdb.Error as error:
            message = "the Parquet file is damaged or cannot be read; write it again"
            raise StagingError(message) from error
    return Sample(name, "parquet", tuple(column for column, *_ in found), rows)


def _as_text(row: dict[str, object]) -> dict[str, object]:
    return {name: value if value is None else str(value) for name, value in row.items()}


def _objects(text: str) -> list[dict[str, object]]:
    """The first objects: lines or documents, elements of an array, or a repaired beginning."""
    found: list[dict[str, object]] = []
    decoder = json.JSONDecoder()
    position = 0
    while len(found) < _ROWS and (start := _next_value(text, position)) >= 0:
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            value = _repaired(text[start:])
            position = text.find("\n", start) if value is None or found else len(text)
            position = len(text) if position < 0 else position
        found.extend(_records(value))
    return found[:_ROWS]


def _next_value(text: str, position: int) -> int:
    match = re.compile(r"[{\[]").search(text, position)
    return match.start() if match else -1


def _records(value: object) -> list[dict[str, object]]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]


def _repaired(text: str) -> object:
    """The value at the start of a text that ends too early, up to its last whole part."""
    stack: list[str] = []
    good, closing = 0, ""
    for match in _TOKEN.finditer(text):
        sign = match.group()
        if sign in _CLOSERS:
            stack.append(_CLOSERS[sign])
        elif stack and sign == stack[-1]:
            stack.pop()
            good, closing = match.end(), "".join(reversed(stack))
        elif sign == ",":
            good, closing = match.start(), "".join(reversed(stack))
        elif sign in "}]":
            break
        if not 0 < len(stack) <= MAX_DEPTH:
            break
    try:
        return json.loads(text[:good] + closing)
    except (ValueError, RecursionError):
        return None
