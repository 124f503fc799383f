"""What a file of the price book said on an earlier day: the part of it that a pinned book rests on.

Nothing is judged here; what cannot be read is named when the book is loaded.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

_LEARNT = "recorded_on"
_GIVEN_UP = "withdrawn_on"


def known_text(path: Path, as_of: date) -> str:
    """The rows or entries that were recorded up to a day, whatever stood around them; "" if none.

    The order of rows, comments and what was recorded later do not show in it.
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    try:
        found = _rows(text) if path.suffix == ".csv" else _entries(text)
        known = [_as_known(row, as_of) for row in found if _was_known(row, _LEARNT, as_of)]
    except (csv.Error, tomllib.TOMLDecodeError):
        return text
    return "\n".join(sorted(known))


def known_rates(path: Path, as_of: date | None, currencies: set[str]) -> str:
    """The rates of these currencies that were recorded up to a day, or at any time; "" if none."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    known = (
        repr(sorted((str(name), str(cell)) for name, cell in row.items()))
        for row in _rows(text)
        if row.get("currency") in currencies and (as_of is None or _was_known(row, _LEARNT, as_of))
    )
    try:
        return "\n".join(sorted(known))
    except csv.Error:
        return text


def _rows(text: str) -> Iterator[dict[str, Any]]:
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """Each entry of each `[[table]]`, with the name of its table."""
    for table, entries in tomllib.loads(text).items():
        for entry in entries if isinstance(entries, list) else [entries]:
            yield {"[[table]]": table, **(entry if isinstance(entry, dict) else {"": entry})}


def _was_known(row: dict[str, Any], column: str, as_of: date) -> bool:
    """Dates compare as the ISO text that they are written as; what has none was always known."""
    return str(row.get(column) or "") <= as_of.isoformat()


def _as_known(row: dict[str, Any], as_of: date) -> str:
    later = {_GIVEN_UP} if not _was_known(row, _GIVEN_UP, as_of) else set()
    return repr(sorted((str(name), str(cell)) for name, cell in row.items() if name not in later))
