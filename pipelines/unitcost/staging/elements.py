"""Takes a JSON array apart where something in it is broken: what is bad is rejected alone.

One query looks at a whole block, however much of it is bad. Which texts of the bad ones are records
is left to the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unitcost.sqltext import sql_text
from unitcost.staging.limits import MAX_RECORD
from unitcost.staging.pieces import MACROS, PARTS
from unitcost.staging.spool import SPOOLED
from unitcost.staging.texts import split_texts
from unitcost.statements import run

# Stands where an element may begin: before an object that begins a line or follows another value.
# JSON text has no such sign in it.
_MARK = "\x1e"
_NO_MARK = b"\x1f"
"""Takes the sign's place where it stands in a text, which is as broken with it."""
_ON_OWN_LINE = re.compile(rb"(\n[ \t]*\{)")
_ON_THE_LINE = re.compile(rb"([,}][ \t]*)(\{)")
_BLANK = b" \t\r\n,"
_FIRST = re.compile(rb'(\n?[ \t]*)\{(\s*"[^"\n]*")?')


@dataclass(frozen=True)
class Block:
    """Text of an array, from where an element begins, and the number of its first line."""

    line: int
    text: bytes


@dataclass(frozen=True)
class Taken:
    """What a block holds: its sound elements, what is none, and what may go on after it."""

    lines: pa.Array
    objects: pa.Array
    bad: list[Block]
    rest: Block


class ArrayReader:
    """Takes blocks of one array apart, one after the other."""

    def __init__(self, con: duckdb.DuckDBPyConnection, first: bytes, scratch: Path) -> None:
        """Look how the first element begins: its indent where it has a line of its own, or its key.

        It begins `first`. `scratch` is a folder for a file.
        """
        for signature, body in MACROS.items():
            run(con, f"create or replace temp macro {signature} as {body}")
        self._con = con
        self._file = scratch / "block.json"
        found = _FIRST.search(first)
        indent, key = found.groups() if found else (b"", None)
        self._is_own_line = indent.startswith(b"\n")
        self._head = indent + b"{" if self._is_own_line else b"{" + key if key else _MARK.encode()

    def take(self, block: Block, *, goes_on: bool) -> Taken:
        """Tell the elements of a block; a last one that is unsound may go on in the next.

        Of one that has grown longer than a record may be, only the last part may.
        """
        return (self._take_sound(block) if goes_on else None) or self._take_apart(block, goes_on)

    def _take_sound(self, block: Block) -> Taken | None:
        """All elements but the last, or None where one is none or its line is unsure."""
        end = block.text.rfind(self._head)
        text = block.text[: max(end, 0)].rstrip(_BLANK)
        objects = self._read(b"[" + text + b"]")
        if objects is None:
            return None
        before = text.count(b"\n", 0, len(text) - len(text.lstrip(_BLANK)))
        lines = _lines_of(objects, text.count(b"\n") - before, self._is_own_line)
        if lines is None or not pc.all(pc.starts_with(objects, "{")).as_py():
            return None
        rest = Block(block.line + block.text.count(b"\n", 0, end), block.text[end:])
        return Taken(pc.add(lines, block.line + before), objects.combine_chunks(), [], rest)

    def _read(self, array: bytes) -> pa.ChunkedArray | None:
        try:
            text = array.decode()
        except UnicodeDecodeError:
            return None
        is_sound = self._con.execute("select json_valid($text)", {"text": text}).fetchall()
        if is_sound != [(True,)]:
            return None
        self._file.write_bytes(array)
        target = self._file.with_suffix(".parquet")
        self._con.execute(
            f"""copy (
                select json::varchar as object
                from read_json_objects({sql_text(self._file)}, format = 'array',
                    compression = 'uncompressed', maximum_object_size = {MAX_RECORD})
            ) to {sql_text(target)} ({SPOOLED})"""
        )
        return pq.read_table(target)["object"]

    def _take_apart(self, block: Block, goes_on: bool) -> Taken:
        marked = _marked(block.text)
        pieces = marked.split(_MARK.encode())
        parts = self._parts(split_texts(marked, _MARK))
        rest_id = _rest_of(parts, pieces) if goes_on else len(pieces)
        settled = parts.filter(pc.less(parts.column("id"), rest_id))
        sound = settled.filter(settled.column("is_sound"))
        rest = b"".join(pieces[rest_id:])
        return Taken(
            pc.add(sound.column("line"), block.line).combine_chunks(),
            sound.column("object").combine_chunks(),
            _bad_blocks(settled, pieces, block.line),
            Block(block.line + block.text.count(b"\n") - rest.count(b"\n"), rest),
        )

    def _parts(self, pieces: pa.Table) -> pa.Table:
        ids = pa.array(range(len(pieces)), pa.int64())
        self._con.register("json_pieces", pieces.append_column("id", ids))
        params = {
            "limit": MAX_RECORD,
            "head": self._head.decode(errors="replace"),
            "blanks": "\r" if self._is_own_line else _BLANK.decode(),
        }
        parts = self._con.sql(PARTS, params=params).to_arrow_table()
        self._con.unregister("json_pieces")
        return parts


def _lines_of(objects: pa.ChunkedArray, line_ends: int, is_own_line: bool) -> pa.Array | None:
    """Each object's first line, counted from 0; None where they do not add up to `line_ends`."""
    spans = pc.cast(pc.count_substring(objects, "\n"), pa.int64()).combine_chunks()
    spans = pc.add(spans, int(is_own_line))
    if pc.sum(spans).as_py() != line_ends + is_own_line:
        return None
    return pc.subtract(pc.cumulative_sum(spans), spans)


def _marked(text: bytes) -> bytes:
    mark = _MARK.encode()
    text = text.replace(mark, _NO_MARK)
    return _ON_THE_LINE.sub(rb"\1" + mark + rb"\2", _ON_OWN_LINE.sub(mark + rb"\1", text))


def _rest_of(parts: pa.Table, pieces: list[bytes]) -> int:
    """The piece that begins what may go on after the block, or how many pieces there are."""
    last = parts.slice(len(parts) - 1).to_pylist()[0]
    if last["is_sound"]:
        return len(pieces)
    is_long = sum(map(len, pieces[last["element_id"] :])) > MAX_RECORD
    return int(last["id" if is_long else "element_id"])


def _bad_blocks(parts: pa.Table, pieces: list[bytes], first_line: int) -> list[Block]:
    """What is no element, and what follows it that is none and does not begin as one does."""
    bad = parts.filter(pc.invert(parts.column("is_sound"))).to_pylist()
    spans: list[list[int]] = []
    for part in bad:
        if spans and spans[-1][1] == part["id"] and not part["begins"]:
            spans[-1][1] = part["last_id"] + 1
        else:
            spans.append([part["id"], part["last_id"] + 1, first_line + part["ends_before"]])
    return [Block(line, b"".join(pieces[begin:end])) for begin, end, line in spans]
