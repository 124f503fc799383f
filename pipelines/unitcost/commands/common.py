"""What all commands share: the home folder, `--json`, and how answers and progress are shown."""

from __future__ import annotations

import json as json_module
import logging
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

DEFAULT_HOME = Path(".unitcost")

OUT = Console(markup=False, emoji=False, highlight=False)
if not OUT.is_terminal:
    OUT.width = 200  # a file or a pipe has no edge to fold at
ERR = Console(stderr=True, markup=False, emoji=False, highlight=False)


@Parameter(name="*")
@dataclass(frozen=True)
class Common:
    """Options of every command."""

    home: Annotated[Path, Parameter(env_var="UNITCOST_HOME")] = DEFAULT_HOME
    """Folder that holds landing, lake and warehouse."""
    json: Annotated[bool, Parameter(negative="")] = False
    """Print JSON: tables as arrays of objects, decimals as strings."""


COMMON = Common()


def show_json(answer: Any) -> None:
    """Print one JSON document to stdout."""
    sys.stdout.write(json_text(answer))


def json_text(answer: Any) -> str:
    """An answer as JSON; what JSON cannot say (NaN, infinity) is null.

    A name that is no UTF-8 keeps its bytes as JSON's own escapes (`\\udcff`).
    """
    text = json_module.dumps(_sayable(answer), default=_plain, ensure_ascii=False, indent=2)
    return f"{text}\n".encode(errors="backslashreplace").decode()


def _sayable(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _sayable(item) for key, item in value.items()}
    return [_sayable(item) for item in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def as_objects(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows as dictionaries by column name; a name that comes again gets a number."""
    keys: list[str] = []
    seen: Counter[str] = Counter()
    for name in names:
        again = seen[name]
        seen[name] += 1
        keys.append(f"{name}_{again}" if again else name)
    return [dict(zip(keys, row, strict=True)) for row in rows]


def show_table(
    names: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None
) -> None:
    """Print a table to stdout: numbers right, NULL as -."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for position, name in enumerate(names):
        is_number = any(isinstance(row[position], int | Decimal) for row in rows)
        justify: Literal["left", "right"] = "right" if is_number else "left"
        table.add_column(Text(name), justify=justify, overflow="fold", no_wrap=is_number)
    for row in rows:
        table.add_row(*(Text(_printable(_cell(value))) for value in row))
    OUT.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{_trimmed(value):,f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _printable(text: str) -> str:
    """Without signs that a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _trimmed(value: Decimal) -> Decimal:
    """Without trailing zeros, but with at least two decimals."""
    short = value.normalize()
    exponent = short.as_tuple().exponent
    return short if isinstance(exponent, int) and exponent < -2 else value.quantize(Decimal("0.01"))


@contextmanager
def progress() -> Iterator[None]:
    """Show what the run is doing on stderr while it lasts."""
    logger = logging.getLogger("unitcost")
    handler = _Progress()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with handler.status:
            yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Progress(logging.Handler):
    """One changing line on a terminal, one line a message elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.status = ERR.status("starting")

    def emit(self, record: logging.LogRecord) -> None:
        message = _on_one_line(record.getMessage())
        if ERR.is_terminal:
            self.status.update(message)
        else:
            ERR.print(message)


def _on_one_line(text: str) -> str:
    """A text in which a file's name may hold anything, with no sign that moves the cursor."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
