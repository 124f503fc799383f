"""All that is wrong or odd in a price book, as findings. What is wrong is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from unitcost.price_book.book import PriceBook
from unitcost.price_book.canonical import not_canonical
from unitcost.price_book.doubts import doubts
from unitcost.price_book.errors import PriceBookError
from unitcost.price_review.opening import loaded

Severity = Literal["error", "warning"]
_UNSORTED = "not in canonical order or spelling; run unitcost prices format"


class Finding(BaseModel):
    """One thing to look at."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    where: str
    """File and line, or file and entry."""
    problem: str
    """What is wrong and how to fix it."""


def check_prices(book: PriceBook) -> list[Finding]:
    """Errors first, then warnings; each in the order of the files."""
    try:
        with loaded(book) as con:
            found = _findings("warning", doubts(con))
    except PriceBookError as error:
        found = _findings("error", error.problems)
    return [*found, *_unsorted(book)]


def _findings(severity: Severity, problems: Iterable[str]) -> list[Finding]:
    return [_finding(severity, problem) for problem in problems]


def _finding(severity: Severity, problem: str) -> Finding:
    where, _, what = problem.partition(": ")
    return Finding(severity=severity, where=where, problem=what)


def _unsorted(book: PriceBook) -> Iterator[Finding]:
    for folder in book.folders():
        for path in _otherwise_written(folder.path):
            yield Finding(severity="warning", where=folder.name(path), problem=_UNSORTED)


def _otherwise_written(folder: Path) -> Iterable[Path]:
    """Files that cannot be read at all are errors already."""
    try:
        return not_canonical(folder)
    except PriceBookError:
        return ()
