"""Finds the records of broken JSON text by its brackets, a token at a time.

It sees what no query could make out: an element that is none, a document that is broken. Whether a
record found here is valid JSON is checked later, in SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from unitcost.staging.limits import (
    KEPT_TEXT,
    MAX_DOCUMENT,
    MAX_RECORD,
    NOT_OBJECT,
    NOT_UTF8,
    TOO_LONG,
)
from unitcost.staging.spool import Spool

# The group tells whether a string ends; one that does not is still one token, so that it is not
# looked at again from each quote in it.
_STRUCTURE = re.compile(rb'"(?:[^"\\\n]++|\\[^\n])*+("?)|[{}\[\]\n]')
_SPACE = b" \t\r\n,"


@dataclass
class Scanner:
    """Finds where each record begins and ends by counting brackets outside strings.

    A record is a value at the top or an element of an array at the top. A string never spans
    lines, so an unfinished one ends its record at the line's end and the next record is found.
    """

    spool: Spool
    line: int = 1
    depth: int = 0
    base: int = 0
    """Depth at which records stand: 1 inside an array at the top, else 0."""
    first_line: int = 1
    pending: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def feed(self, text: bytes) -> bytes:
        """Scan a chunk; returns an unfinished string at its end, to be fed again with more."""
        begin = 0
        for match in _STRUCTURE.finditer(text):
            token = match.group()
            if match.start() < begin:
                continue
            if _is_open(match) and text.find(b"\n", match.start()) < 0:
                self._append(text[begin : match.start()])
                return text[match.start() :]
            begin = self._step(token, text, begin, match)
        self._append(text[begin:])
        return b""

    def _step(self, token: bytes, text: bytes, begin: int, match: re.Match[bytes]) -> int:
        """Handle one token; returns where the text not yet appended begins."""
        if token == b"\n":
            self.line += 1
        elif token in (b"{", b"["):
            return self._open(token, text, begin, match)
        elif token in (b"}", b"]"):
            return self._close(text, begin, match)
        elif _is_open(match):
            return self._resume(text, begin, match)
        return begin

    def _open(self, token: bytes, text: bytes, begin: int, match: re.Match[bytes]) -> int:
        if self.depth == 0 and token == b"[":
            self.base = 1
            self._finish(text[begin : match.start()])
            begin = match.end()
        elif self.depth == self.base:
            self._finish(text[begin : match.start()])
            self.first_line = self.line
            begin = match.start()
        self.depth += 1
        return begin

    def _close(self, text: bytes, begin: int, match: re.Match[bytes]) -> int:
        self.depth = max(self.depth - 1, 0)
        if self.depth == self.base:
            self._finish(text[begin : match.end()])
            return match.end()
        if self.depth < self.base:
            self._finish(text[begin : match.start()])
            self.base = 0
            return match.end()
        return begin

    def _resume(self, text: bytes, begin: int, match: re.Match[bytes]) -> int:
        """An unfinished string: its record ends with its line."""
        end = text.index(b"\n", match.start())
        self._finish(text[begin:end])
        self.depth = self.base
        return end

    def _append(self, text: bytes) -> None:
        room = (MAX_RECORD if self.base else MAX_DOCUMENT) + 1 - len(self.pending)
        self.pending += text[:room]
        self.dropped += max(len(text) - room, 0)

    def _finish(self, text: bytes) -> None:
        """Spool the record that ends here, if there is one."""
        self._append(text)
        record = bytes(self.pending).strip(_SPACE)
        size = len(self.pending) + self.dropped
        self.pending.clear()
        self.dropped = 0
        if record:
            self._spool(record, size)
        self.first_line = self.line

    def _spool(self, record: bytes, size: int) -> None:
        if size > (MAX_RECORD if self.base else MAX_DOCUMENT):
            self.spool.reject(self.first_line, TOO_LONG.format(size=size), record)
        elif not record.startswith(b"{"):
            self.spool.reject(self.first_line, NOT_OBJECT, record)
        elif not _is_utf8(record):
            self.spool.reject(self.first_line, NOT_UTF8, record)
        else:
            self.spool.keep(self.first_line, record)

    def give_up(self, rest: bytes) -> bytes:
        """A string longer than any record may be: its record is too long, whatever follows."""
        self._append(rest)
        return b""

    def end(self, rest: bytes, reason: str) -> None:
        """The file ends: what is pending was never finished."""
        self._append(rest)
        record = bytes(self.pending).strip(_SPACE)
        if record:
            self.spool.reject(self.first_line, reason, record[:KEPT_TEXT])


def has_open_string(text: bytes) -> bool:
    """Whether a string does not end on its line: no bracket after it can be trusted."""
    return any(_is_open(match) for match in _STRUCTURE.finditer(text))


def _is_open(match: re.Match[bytes]) -> bool:
    """Whether the token is a string that does not end on its line."""
    return match.group(1) == b""


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
