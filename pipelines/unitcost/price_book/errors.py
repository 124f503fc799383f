"""The one error of the price book, and how a pydantic complaint becomes a sentence.

No rule is checked here.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError


class PriceBookError(ValueError):
    """A price book that cannot be trusted; each line names file, line or entry, and the fix."""

    def __init__(self, problems: list[str]) -> None:
        """From the problems, one sentence each."""
        super().__init__("\n".join(problems))
        self.problems = problems


def sentences(error: ValidationError, place: str) -> list[str]:
    """One sentence for each complaint: place, column, what is wrong, what was read."""
    return [_sentence(detail, place) for detail in error.errors()]


def _sentence(detail: Any, place: str) -> str:
    column = ".".join(str(part) for part in detail["loc"])
    said = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        return f"{place}: {column}: no such column; remove it or correct its name"
    if detail["type"] == "missing":
        return f"{place}: {column}: missing; add it"
    read = "" if isinstance(detail["input"], dict) else f" (read: {detail['input']!r})"
    return f"{place}: {column + ': ' if column else ''}{said}{read}"
