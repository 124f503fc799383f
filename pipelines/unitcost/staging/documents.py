"""Reads JSON documents that span lines, arrays of objects, and documents one after the other.

Whether a record found here is valid JSON is checked later, in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

from unitcost.sqltext import sql_text
from unitcost.staging.elements import ArrayReader, Block
from unitcost.staging.layout import HEAD_BYTES
from unitcost.staging.limits import CUT_SHORT, MAX_DOCUMENT, MAX_RECORD, NOT_JSON
from unitcost.staging.opening import CutShortError, is_packed, read_chunks, read_head, unpack
from unitcost.staging.scanning import Scanner, has_open_string
from unitcost.staging.spool import SPOOLED, Spool


def spool_documents(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> None:
    """Spool every object of the file.

    Sound files number their records; in others a record has the line it begins on.
    """
    if _spool_sound(con, path, spool):
        return
    is_array = read_head(path, HEAD_BYTES).lstrip().startswith(b"[")
    chunks = read_chunks(path)
    if is_array:
        _spool_array(con, chunks, spool)
    else:
        _spool_each(chunks, Scanner(spool))


def _spool_sound(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> bool:
    text = unpack(path, spool.folder) if is_packed(path) else path
    layout = "array" if read_head(text, 1 << 16).lstrip().startswith(b"[") else "unstructured"
    size = MAX_RECORD if layout == "array" else min(text.stat().st_size + 1024, MAX_DOCUMENT)
    target = spool.folder / "documents.parquet"
    try:
        con.execute(
            f"""copy (
                select
                    row_number() over () as source_line,
                    json::varchar as record
                from read_json_objects({sql_text(text)}, format = '{layout}',
                    compression = 'uncompressed', maximum_object_size = {size})
            ) to {sql_text(target)} ({SPOOLED})"""
        )
    except duckdb.Error:
        return False
    spool.take(target)
    return True


def _spool_array(con: duckdb.DuckDBPyConnection, chunks: Iterator[bytes], spool: Spool) -> None:
    """Spool every element of an array in which something is broken, a block at a time."""
    head = next(chunks)
    start = head.index(b"[") + 1
    block = Block(1 + head.count(b"\n", 0, start), head[start:])
    reader = ArrayReader(con, block.text, spool.folder)
    cut_short = CUT_SHORT
    wanted = 0
    try:
        for chunk in chunks:
            block = Block(block.line, block.text + chunk)
            if len(block.text) < wanted:
                continue
            size = len(block.text)
            block = _take(reader, block, spool, None)
            if len(block.text) == size > MAX_RECORD:
                scanner = Scanner(spool, line=block.line, depth=1, base=1)
                _spool_each(chain([block.text], chunks), scanner)
                return
            wanted = 2 * len(block.text)
    except CutShortError as error:
        cut_short = f"{error}; {CUT_SHORT}"
    _take(reader, block, spool, cut_short)


def _take(reader: ArrayReader, block: Block, spool: Spool, cut_short: str | None) -> Block:
    """Spool what a block holds; returns what may go on after it.

    The last block is `cut_short` where it ends inside an element.
    """
    taken = reader.take(block, goes_on=cut_short is None)
    spool.flush()
    spool.keep_batch(taken.lines, taken.objects.cast(pa.string()))
    for bad in taken.bad:
        reason = cut_short if cut_short and block.text.endswith(bad.text) else NOT_JSON
        if has_open_string(bad.text):
            line = bad.line + bad.text.count(b"\n", 0, bad.text.find(b"{"))
            spool.reject(line, reason, bad.text.strip())
        else:
            scanner = Scanner(spool, line=bad.line, depth=1, base=1)
            scanner.end(scanner.feed(bad.text), reason)
    return taken.rest


def _spool_each(chunks: Iterator[bytes], scanner: Scanner) -> None:
    """Spool every object a record at a time: documents one after the other, and huge elements.

    A document spans lines and is as long as it likes, so where a broken one ends is told by its
    brackets alone. Arrays at the top are taken apart; a broken element does not harm its neighbours
    as long as it ends on a line of its own.
    """
    rest = b""
    try:
        for chunk in chunks:
            rest = scanner.feed(rest + chunk)
            if len(rest) > MAX_DOCUMENT:
                rest = scanner.give_up(rest)
    except CutShortError as error:
        scanner.end(rest, f"{error}; {CUT_SHORT}")
        return
    scanner.end(rest, CUT_SHORT)
