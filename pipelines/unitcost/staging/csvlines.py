"""Cuts CSV text into records, which may span lines where a quoted value does."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from unitcost.staging.limits import CUT_SHORT, MAX_RECORD, NOT_UTF8, TOO_LONG
from unitcost.staging.lines import skip_long
from unitcost.staging.opening import CutShortError
from unitcost.staging.spool import Spool

# A quoted value longer than this is taken for a quote that was never closed.
_MAX_OPEN_LINES = 1000
_UNCLOSED = "a quote opened on this line is never closed; double the quotes inside values"


@dataclass(frozen=True)
class Record:
    """The text of one record and the line it begins on."""

    line: int
    text: str

    def values(self) -> list[str] | None:
        """Its values, or None where its quoting is broken."""
        try:
            return next(csv.reader([self.text], strict=True))
        except csv.Error:
            return None


def records_of(chunks: Iterator[bytes], spool: Spool, width: int) -> Iterator[Record]:
    """Every record after the header; what is no text, or a quote never closed, is rejected.

    A record of several lines that does not have `width` values is a stray quote: its first line is
    rejected and the others are read again.
    """
    pending = _after_header(_lines(chunks, spool))
    again: list[Record] = []
    while (first := again.pop() if again else next(pending, None)) is not None:
        if not first.text.count('"') % 2:
            if first.text.strip():
                yield first
            continue
        taken = _take_open(first, again, pending)
        whole = Record(first.line, "\n".join(part.text for part in taken))
        values = None if whole.text.count('"') % 2 else whole.values()
        if values is not None and len(values) == width:
            yield whole
        else:
            spool.reject(first.line, _UNCLOSED, first.text.encode())
            again.extend(reversed(taken[1:]))


def _take_open(first: Record, again: list[Record], pending: Iterator[Record]) -> list[Record]:
    """The first line and those after it up to the one that closes its quote."""
    taken = [first]
    size = 0
    while len(taken) < _MAX_OPEN_LINES and size < MAX_RECORD:
        part = again.pop() if again else next(pending, None)
        if part is None:
            break
        taken.append(part)
        size += len(part.text)
        if part.text.count('"') % 2:
            break
    return taken


def _after_header(lines: Iterator[Record]) -> Iterator[Record]:
    next(lines, None)
    return lines


def _lines(chunks: Iterator[bytes], spool: Spool) -> Iterator[Record]:
    number = 0
    rest = b""
    try:
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                number += 1
                yield from _line(number, line, spool)
            if len(rest) > MAX_RECORD:
                rest = skip_long(rest, chunks, number + 1, spool)
                number += 1
    except CutShortError as error:
        spool.reject(number + 1, f"{error}; {CUT_SHORT}", rest)
        return
    yield from _line(number + 1, rest, spool)


def _line(number: int, line: bytes, spool: Spool) -> Iterator[Record]:
    if len(line) > MAX_RECORD:
        spool.reject(number, TOO_LONG.format(size=len(line)), line)
        return
    try:
        text = line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        spool.reject(number, NOT_UTF8, line)
        return
    yield Record(number, text)
