"""Cuts CSV text into records one by one, where a block of it has something unusual."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from unitcost.staging.csvblocks import Block
from unitcost.staging.limits import MAX_RECORD, NOT_UTF8, TOO_LONG
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


def records_of(block: Block, spool: Spool, width: int) -> Iterator[Record]:
    """Every record of a block; what is no text, or a quote never closed, is rejected.

    A record of several lines that does not have `width` values is a stray quote: its first line is
    rejected and the others are read again.
    """
    pending = _lines(block, spool)
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


def _lines(block: Block, spool: Spool) -> Iterator[Record]:
    for number, line in enumerate(block.text.split(b"\n"), start=block.line):
        if len(line) > MAX_RECORD:
            spool.reject(number, TOO_LONG.format(size=len(line)), line)
            continue
        try:
            text = line.removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            spool.reject(number, NOT_UTF8, line)
            continue
        yield Record(number, text)
