"""Reads files with one JSON record a line.

Whether a line is valid JSON is checked later, in SQL, unless all are known to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import SEEK_END
from pathlib import Path

import duckdb

from unitcost.sqltext import sql_text
from unitcost.staging.limits import CUT_SHORT, KEPT_TEXT, MAX_RECORD, NOT_UTF8, TOO_LONG
from unitcost.staging.opening import CutShortError, is_packed, read_chunks
from unitcost.staging.spool import SPOOLED, Spool

_UNUSUAL = (b"\r", b"\x01", b"\0")


def spool_lines(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> None:
    """Spool every line that is not blank, with its true line number.

    DuckDB cuts a plain file into lines; one that it might cut otherwise, or refuses, is cut here,
    where a bad line is rejected alone.
    """
    if is_packed(path) or not (_spool_json(con, path, spool) or _spool_text(con, path, spool)):
        _spool_chunks(read_chunks(path), spool)


def _spool_json(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> bool:
    """Lines as JSON, which need no second look; False where any is something else.

    Where the records and their line ends make up the whole file, no blank line was passed over and
    no blank cut off.
    """
    target = spool.folder / "json_lines.parquet"
    try:
        con.execute(
            f"""copy (
                select row_number() over () as source_line, json::varchar as record
                from read_ndjson_objects({sql_text(path)}, compression = 'none',
                    maximum_object_size = {MAX_RECORD})
            ) to {sql_text(target)} ({SPOOLED})"""
        )
    except duckdb.Error:
        return False
    [(size, longest)] = con.execute(
        f"""select sum(strlen(record) + 1), max(strlen(record))
            from read_parquet({sql_text(target)})"""
    ).fetchall()
    if size != _size_with_last_end(path) or longest > MAX_RECORD:
        return False
    spool.take(target, is_json=True)
    return True


def _size_with_last_end(path: Path) -> int:
    """The bytes of a file, with the end of its last line even where it is missing."""
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(size - 1, 0))
        return size if file.read(1) == b"\n" else size + 1


def _has_unusual_bytes(path: Path) -> bool:
    """Whether the file has bytes that a CSV reader takes for ends of lines or columns."""
    buffer = bytearray(1 << 20)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            text = view[:size].tobytes() if size < len(buffer) else buffer
            if any(sign in text for sign in _UNUSUAL):
                return True
    return False


def _spool_text(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> bool:
    """Lines as a CSV file of one column without quotes."""
    if _has_unusual_bytes(path):
        return False
    target = spool.folder / "lines.parquet"
    try:
        con.execute(
            f"""copy (
                select source_line, record
                from (
                    select row_number() over () as source_line, record
                    from read_csv({sql_text(path)}, columns = {{'record': 'varchar'}},
                        auto_detect = false, header = false, delim = '\x01', quote = '',
                        escape = '', new_line = '\\n', strict_mode = false,
                        compression = 'none', max_line_size = {MAX_RECORD},
                        buffer_size = {MAX_RECORD})
                )
                where record is not null and ltrim(left(record, 64)) <> ''
            ) to {sql_text(target)} ({SPOOLED})"""
        )
    except duckdb.Error:
        return False
    spool.take(target)
    return True


def _spool_chunks(chunks: Iterator[bytes], spool: Spool) -> None:
    """Lines are checked a chunk at a time; only an unusual chunk is looked at line by line."""
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
