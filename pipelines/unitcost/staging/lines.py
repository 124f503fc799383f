"""Reads files with one JSON record a line.

Whether a line is valid JSON is checked later, in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from unitcost.staging.limits import CUT_SHORT, KEPT_TEXT, MAX_RECORD, NOT_UTF8, TOO_LONG
from unitcost.staging.opening import CutShortError
from unitcost.staging.spool import Spool


def spool_lines(chunks: Iterator[bytes], spool: Spool) -> None:
    """Spool every line that is not blank, with its true line number.

    Lines are cut and checked a chunk at a time; only a chunk that holds something unusual is
    looked at line by line.
    """
    line = 1
    rest = b""
    try:
        for chunk in chunks:
            *whole, rest = (rest + chunk).rsplit(b"\n", 1)
            if whole:
                line = _spool_whole(whole[0], line, spool)
            if len(rest) > MAX_RECORD:
                rest = skip_long(rest, chunks, line, spool)
                line += 1
    except CutShortError as error:
        spool.reject(line, f"{error}; {CUT_SHORT}", rest)
        return
    if rest:
        _spool_whole(rest, line, spool)


def _spool_whole(text: bytes, first_line: int, spool: Spool) -> int:
    """Spool lines; returns the number of the line after them."""
    if b"\r\n" in text:
        text = text.replace(b"\r\n", b"\n")
    lines = text.split(b"\n")
    if _is_utf8(text) and b"" not in lines and len(text) <= MAX_RECORD:
        spool.keep_lines(first_line, lines)
    else:
        for line, record in enumerate(lines, start=first_line):
            _spool_one(line, record, spool)
    return first_line + len(lines)


def _spool_one(line: int, record: bytes, spool: Spool) -> None:
    if len(record) > MAX_RECORD:
        spool.reject(line, TOO_LONG.format(size=len(record)), record)
    elif not _is_utf8(record):
        spool.reject(line, NOT_UTF8, record)
    elif record.strip():
        spool.keep(line, record)


def skip_long(start: bytes, chunks: Iterator[bytes], line: int, spool: Spool) -> bytes:
    """Pass over the rest of an overlong line, counting it; returns what follows it."""
    size = len(start)
    kept = start[:KEPT_TEXT]
    rest = b""
    try:
        for chunk in chunks:
            end = chunk.find(b"\n")
            size += len(chunk) if end < 0 else end
            if end >= 0:
                rest = chunk[end + 1 :]
                break
    finally:
        spool.reject(line, TOO_LONG.format(size=size), kept)
    return rest


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
