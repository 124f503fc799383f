"""Cuts CSV text into blocks of whole records and reads a sound one at once.

A block in which anything is unusual is left to `csvlines`, which rejects what is bad alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from unitcost.staging.limits import CUT_SHORT, MAX_RECORD
from unitcost.staging.lines import skip_long
from unitcost.staging.opening import CutShortError
from unitcost.staging.preamble import table_start
from unitcost.staging.spool import Spool

_QUOTED = re.compile(rb'"(?<![^,\n]")(?:[^"]++|"")*+"(?![^,\r\n])')


@dataclass(frozen=True)
class Block:
    """Lines of a file and the number of the first."""

    line: int
    text: bytes


def blocks_of(chunks: Iterator[bytes], spool: Spool) -> Iterator[Block]:
    """The text after the header, cut at ends of lines outside quotes.

    A block longer than a record may be ends at any line: it has a quote that is never closed. What
    comes after the last whole line of a damaged file is rejected, as is a line that is too long.
    """
    line, pending, is_header = 1, b"", True
    try:
        for chunk in chunks:
            pending += chunk
            if is_header and (start := _after_header(pending)):
                line += pending.count(b"\n", 0, start)
                pending, is_header = pending[start:], False
            if end := _end_of_records(pending):
                yield Block(line, pending[:end])
                line += pending.count(b"\n", 0, end)
                pending = pending[end:]
            elif len(pending) > MAX_RECORD:
                pending = skip_long(pending, chunks, line, spool)
                line += 1
    except CutShortError as error:
        end = pending.rfind(b"\n") + 1
        yield Block(line, pending[:end])
        line += pending.count(b"\n", 0, end)
        spool.reject(line, f"{error}; {CUT_SHORT}", pending[end:])
        return
    if not is_header and pending:
        yield Block(line, pending)


def _after_header(text: bytes) -> int:
    """Where the line after the header begins, or 0."""
    return text.find(b"\n", table_start(text)) + 1


def _end_of_records(text: bytes) -> int:
    """Where the last line begins before which every quote is closed; 0 where there is none."""
    last = end = text.rfind(b"\n") + 1
    is_open = text.count(b'"', 0, end) % 2
    while is_open and end:
        before = text.rfind(b"\n", 0, text.rfind(b'"', 0, end)) + 1
        is_open ^= text.count(b'"', before, end) % 2
        end = before
    return last if not end and len(text) > MAX_RECORD else end


def read_block(block: Block, width: int) -> tuple[pa.Array, pa.Table] | None:
    """Each record's first line, and the records' values as texts (columns c0, c1, ...).

    None where a record is ragged, badly quoted or not UTF-8, or where blank lines or signs that end
    no line here make it unsure on which line one begins.
    """
    text = block.text.rstrip(b"\r\n")
    if not text or _is_unusual(text):
        return None
    try:
        rows = read_values(text, width)
    except pa.ArrowInvalid:
        return None
    lines = _lines(rows, text.count(b"\n") + 1)
    return None if lines is None else (pc.add(lines, block.line), rows)


def read_values(text: bytes, width: int) -> pa.Table:
    """The values of records as texts, in columns c0, c1, ...

    Raises:
        pa.ArrowInvalid: a record does not have `width` values.
    """
    names = [f"c{n}" for n in range(width)]
    if not text:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    return csv.read_csv(
        pa.BufferReader(text),
        csv.ReadOptions(column_names=names, block_size=len(text) + 1),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )


def _is_unusual(text: bytes) -> bool:
    return (
        len(text) > MAX_RECORD
        or b"\0" in text
        or text.count(b"\r") != text.count(b"\r\n")
        or (b'"' in text and b'"' in _QUOTED.sub(b"", text))
    )


def _lines(rows: pa.Table, line_count: int) -> pa.Array | None:
    """Each row's first line, counted from 0; None where they do not add up."""
    if rows.num_rows == line_count:
        return pa.array(range(line_count), pa.int64())
    spans = pa.array([1] * rows.num_rows, pa.int64())
    for column in rows.columns:
        spans = pc.add(
            spans, pc.cast(pc.count_substring(column, "\n"), pa.int64()).combine_chunks()
        )
    if pc.sum(spans).as_py() != line_count:
        return None
    return pc.subtract(pc.cumulative_sum(spans), spans)
