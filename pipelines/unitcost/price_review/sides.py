"""The price books that a diff compares: a folder, a git revision, a day's knowledge, or ours."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from unitcost.errors import UsageError
from unitcost.price_book.book import PriceBook
from unitcost.price_book.history import Interval, price_history
from unitcost.price_book.rows import read_prices
from unitcost.price_book.rules import read_rules
from unitcost_models.price_names import ModelAlias
from unitcost_models.prices import Price

TABLES = "price_tables"


@dataclass(frozen=True)
class Side:
    """What one book says."""

    rows: dict[str, Price]
    """Every row that was known."""
    held: dict[str, Interval]
    """When each row that prices holds."""
    aliases: dict[tuple[str, Interval], str]
    """What an id means, and when."""


@contextmanager
def named_book(name: str, ours: PriceBook) -> Iterator[PriceBook]:
    """The book that a name on the command line means; our own rows go with each.

    Raises:
        UsageError: it means none.
    """
    if name == ".":
        yield ours
    elif name.startswith("git:"):
        with TemporaryDirectory() as folder:
            _extract(name.removeprefix("git:"), Path(folder))
            yield replace(ours, shipped=Path(folder) / TABLES)
    elif (Path(name) / "models.toml").is_file():
        yield replace(ours, shipped=Path(name))
    else:
        yield replace(ours, as_of=_day(name))


def side(book: PriceBook) -> Side:
    """What the book says, as known on its day.

    Raises:
        PriceBookError: rows or rules that cannot be read.
    """
    prices = read_prices(book)
    known = book.as_of or date.max
    return Side(
        rows={row.price_id: row for row in prices if book.knew(row.recorded_on)},
        held={
            h.price_id: (h.valid_from, h.valid_to)
            for h in price_history(prices)
            if h.known_from <= known and (h.known_to is None or known < h.known_to)
        },
        aliases={
            (row.alias, (row.valid_from, row.valid_to)): row.model
            for row in read_rules(book)[ModelAlias]
            if isinstance(row, ModelAlias)
        },
    )


def _day(name: str) -> date:
    try:
        return date.fromisoformat(name)
    except ValueError:
        message = f"{name}: neither a folder of price tables, a day, git:REVISION nor ."
        raise UsageError(message, "such as unitcost prices diff 2026-11-01 .") from None


def _extract(revision: str, folder: Path) -> None:
    """The price tables of a revision of the repository around the working directory."""
    if revision.startswith("-"):
        message = f"git:{revision}: not a revision"
        raise UsageError(message, "name a commit, a branch or a tag, such as git:main")
    top = _git("rev-parse", "--show-toplevel").decode().strip()
    packed = _git("-C", top, "archive", "--format=tar", revision, TABLES)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(("git", *arguments), capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        message = f"git cannot be run ({error})"
        raise UsageError(message, "install git, or compare folders or days") from None
    if done.returncode:
        message = f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}"
        raise UsageError(message, "run it in the repository that holds price_tables")
    return done.stdout
